import type { Region, Size } from '@iaas/common/image'
import { readHead } from '../files.ts'

/** Bytes read up to the first frame: enough for nearly every file, and the maximum. */
const headBytes = { usual: 16 * 1024, most: 1024 * 1024 } as const
/** Length of the signature, width and height of the screen, flags, background and aspect ratio. */
const screenBytes = 13
/** Length of the separator, left, top, width, height and flags. */
const descriptorBytes = 10
const blocks = { extension: 0x21, image: 0x2c } as const

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
  return findFrame(readHead(path, headBytes.usual)) ?? findFrame(readHead(path, headBytes.most))
}

function findFrame(head: Uint8Array): GifScreen | undefined {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.length)
  if (bytes.length < screenBytes) return undefined
  let at = screenBytes + paletteBytes(bytes[10])
  while (bytes[at] === blocks.extension) at = skipSubBlocks(bytes, at + 2)
  if (bytes[at] !== blocks.image || at + descriptorBytes > bytes.length) return undefined
  const frame = {
    left: bytes.readUInt16LE(at + 1),
    top: bytes.readUInt16LE(at + 3),
    width: bytes.readUInt16LE(at + 5),
    height: bytes.readUInt16LE(at + 7),
  }
  // No pixel of it can be cut out: the decoder decides what is shown.
  if (frame.width === 0 || frame.height === 0) return undefined
  const size = {
    width: Math.max(bytes.readUInt16LE(6), frame.left + frame.width),
    height: Math.max(bytes.readUInt16LE(8), frame.top + frame.height),
  }
  return { size, frame }
}

/** Returns the size of a palette from its flags: the highest bit marks a palette, the lowest three give its size. */
function paletteBytes(flags = 0): number {
  return flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0
}

/** Returns the position after a chain of sub-blocks. Each has its length in front; an empty one ends the chain. */
function skipSubBlocks(bytes: Buffer, from: number): number {
  let at = from
  for (let length = bytes[at]; length; length = bytes[at]) at += 1 + length
  return at + 1
}
