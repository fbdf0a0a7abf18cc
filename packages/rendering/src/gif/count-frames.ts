import { AppError } from '@iaas/common/errors'
import { createChunkBound } from '../bound-chunks.ts'
import { type ByteReader, createByteReader, withFile } from '../files.ts'

/** The signature with the logical screen; an image with its introducer. */
const screenBytes = 13
const imageBytes = 10
const introducers = { extension: 0x21, image: 0x2c } as const
/** Blocks of at most 255 bytes that extensions and images consist of; a file of 50 MB has 200,000 full ones. */
const mostDataBlocks = 1_000_000

/**
 * Counts the frames of a GIF, at most one more than `enough`. Decoders keep a record of each of them as soon as they open
 * a file. GIF89a, sections 17 to 20.
 *
 * @throws AppError IMAGE_TOO_COSTLY
 */
export function countFrames(path: string, enough: number): number {
  return withFile(path, (file) => {
    const byteAt = createByteReader(file)
    const countBlock = createChunkBound()
    const skipData = createSkip(byteAt)
    let frames = 0
    let at = screenBytes + colourTableBytes(byteAt(screenBytes - 3))
    while (frames <= enough) {
      const introducer = byteAt(at)
      if (introducer === introducers.extension) at = skipData(at + 2)
      else if (introducer === introducers.image) {
        frames += 1
        // Behind the colours stands the size of a code.
        at = skipData(at + imageBytes + colourTableBytes(byteAt(at + imageBytes - 1)) + 1)
      } else break
      countBlock()
    }
    return frames
  })
}

/** Flags say whether there is a table of colours, and how many it has. */
function colourTableBytes(flags: number | undefined): number {
  return flags === undefined || flags < 0x80 ? 0 : 3 * 2 ** ((flags & 7) + 1)
}

/** Follows data blocks to the empty one that ends them. */
function createSkip(byteAt: ByteReader): (from: number) => number {
  let blocks = 0
  return (from) => {
    let at = from
    for (let length = byteAt(at); length !== undefined; length = byteAt(at)) {
      at += 1 + length
      if (length === 0) break
      blocks += 1
      if (blocks > mostDataBlocks) throw tooManyBlocks()
    }
    return at
  }
}

function tooManyBlocks(): AppError {
  return new AppError(
    'IMAGE_TOO_COSTLY',
    `A GIF may have at most ${mostDataBlocks} blocks of data.`,
  )
}
