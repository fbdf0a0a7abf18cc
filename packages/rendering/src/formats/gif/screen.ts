import type { Region, Size } from '@iaas/common/image'
import { type Bytes, withBytes } from '../bytes.ts'
import { walkFrames, windowBytes } from './blocks.ts'

/** Width and height of the screen, and left, top, width and height of a frame: GIF89a, sections 18 and 20. */
const screenAt = 6
const frameAt = 1

export type GifScreen = {
  /** Size of the screen, enlarged to hold the first frame as browsers do, px. */
  readonly size: Size
  /** Part of the screen that the first frame covers. */
  readonly frame: Region
}

/**
 * Reads the position of the first frame of a GIF on its screen. https://www.w3.org/Graphics/GIF/spec-gif89a.txt
 *
 * @returns undefined if there is no frame
 */
export function readGifScreen(path: string): GifScreen | undefined {
  return withBytes(path, windowBytes, (file) => {
    for (const at of walkFrames(file)) return toScreen(file, at)
    return undefined
  })
}

function toScreen(file: Bytes, at: number): GifScreen | undefined {
  const [screen, place] = [file.read(screenAt, 4), file.read(at + frameAt, 8)]
  if (screen.length < 4 || place.length < 8) return undefined
  const frame = {
    left: place.readUInt16LE(0),
    top: place.readUInt16LE(2),
    width: place.readUInt16LE(4),
    height: place.readUInt16LE(6),
  }
  // No pixel of it can be cut out: the decoder decides what is shown.
  if (frame.width === 0 || frame.height === 0) return undefined
  const size = {
    width: Math.max(screen.readUInt16LE(0), frame.left + frame.width),
    height: Math.max(screen.readUInt16LE(2), frame.top + frame.height),
  }
  return { size, frame }
}
