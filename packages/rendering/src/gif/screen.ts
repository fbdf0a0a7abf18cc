import type { Region, Size } from '@iaas/common/image'
import { readHead } from '../files.ts'

/** Bytes that hold what stands before the first frame: of nearly every file, and of all that is looked at. */
const headBytes = { usual: 16 * 1024, most: 1024 * 1024 } as const
/** Signature, width and height of the screen, flags, background, aspect ratio. */
const screenBytes = 13
/** Separator, left, top, width, height, flags. */
const descriptorBytes = 10
const blocks = { extension: 0x21, image: 0x2c } as const

export type GifScreen = {
  /** The size of the screen, enlarged to hold the first frame as browsers do, px. */
  readonly size: Size
  /** The part of it that the first frame covers. */
  readonly frame: Region
}

/**
 * Reads where the first frame of a GIF lies on its screen. https://www.w3.org/Graphics/GIF/spec-gif89a.txt
 *
 * @returns undefined where no frame is found
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
  const size = {
    width: Math.max(bytes.readUInt16LE(6), frame.left + frame.width),
    height: Math.max(bytes.readUInt16LE(8), frame.top + frame.height),
  }
  return { size, frame }
}

/** Flags: the highest bit says that there is a palette, the lowest three how large it is. */
function paletteBytes(flags = 0): number {
  return flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0
}

/** Returns the place behind a chain of sub-blocks, each with its length in front, that ends with an empty one. */
function skipSubBlocks(bytes: Buffer, from: number): number {
  let at = from
  for (let length = bytes[at]; length; length = bytes[at]) at += 1 + length
  return at + 1
}
