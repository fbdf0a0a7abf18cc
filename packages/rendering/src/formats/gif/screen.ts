import type { Region, Size } from '@iaas/common/image'
import { type Bytes, withBytes } from '../bytes.ts'
import { walkFrames, windowBytes } from './blocks.ts'

/** Width and height of the screen, and left, top, width and height of a frame: GIF89a, sections 18 and 20. */
const screenAt = 6
const frameAt = 1

export type GifScreen = {
  /** Size of the screen, enlarged to hold the first frame as browsers do, px. */
  readonly size: Size
  /** Smallest part of the screen that holds every frame up to the one that is shown. */
  readonly covered: Region
}

/**
 * Reads the positions of the frames of a GIF on its screen. https://www.w3.org/Graphics/GIF/spec-gif89a.txt
 *
 * @param last frame that is shown, on top of those before it
 * @param decoded size of the decoder's image, outside of which it draws no later frame
 * @returns undefined if there is no frame
 */
export function readGifScreen(path: string, last: number, decoded: Size): GifScreen | undefined {
  return withBytes(path, windowBytes, (file) => {
    let screen: GifScreen | undefined
    let count = 0
    for (const at of walkFrames(file)) {
      const frame = readFrame(file, at)
      screen = count === 0 ? toScreen(file, frame) : screen && addFrame(screen, frame, decoded)
      count += 1
      if (count > last || screen === undefined) break
    }
    return screen
  })
}

/** Returns undefined for a frame without a pixel. */
function readFrame(file: Bytes, at: number): Region | undefined {
  const place = file.read(at + frameAt, 8)
  if (place.length < 8) return undefined
  const [left, top] = [place.readUInt16LE(0), place.readUInt16LE(2)]
  const [width, height] = [place.readUInt16LE(4), place.readUInt16LE(6)]
  return width === 0 || height === 0 ? undefined : { left, top, width, height }
}

/** Returns undefined if the first frame has no pixel: the decoder then decides what is shown. */
function toScreen(file: Bytes, frame: Region | undefined): GifScreen | undefined {
  const screen = file.read(screenAt, 4)
  if (screen.length < 4 || frame === undefined) return undefined
  const size = {
    width: Math.max(screen.readUInt16LE(0), frame.left + frame.width),
    height: Math.max(screen.readUInt16LE(2), frame.top + frame.height),
  }
  return { size, covered: frame }
}

function addFrame(screen: GifScreen, frame: Region | undefined, decoded: Size): GifScreen {
  const { size, covered } = screen
  if (frame === undefined || frame.left >= decoded.width || frame.top >= decoded.height)
    return screen
  const left = Math.min(covered.left, frame.left)
  const top = Math.min(covered.top, frame.top)
  const right = Math.min(decoded.width, frame.left + frame.width)
  const bottom = Math.min(decoded.height, frame.top + frame.height)
  const width = Math.max(covered.left + covered.width, right) - left
  const height = Math.max(covered.top + covered.height, bottom) - top
  return { size, covered: { left, top, width, height } }
}
