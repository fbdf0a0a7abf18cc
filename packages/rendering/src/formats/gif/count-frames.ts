import { AppError } from '@iaas/common/errors'
import { createChunkBound } from '../bound-chunks.ts'
import { type ByteReader, createByteReader, withFile } from '../files.ts'

/** Length of the signature with the logical screen, and of an image with its introducer. */
const screenBytes = 13
const imageBytes = 10
const introducers = { extension: 0x21, image: 0x2c } as const
/** Maximum number of data blocks, of at most 255 bytes each. A file of 50 MB has 200,000 full ones. */
const mostDataBlocks = 1_000_000

/**
 * Counts the frames of a GIF, up to one more than `enough`. Decoders keep a record of each frame as soon as they open a
 * file. GIF89a, sections 17 to 20.
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
        // The code size follows the colour table.
        at = skipData(at + imageBytes + colourTableBytes(byteAt(at + imageBytes - 1)) + 1)
      } else break
      countBlock()
    }
    return frames
  })
}

/** Returns the size of a colour table from its flags. */
function colourTableBytes(flags: number | undefined): number {
  return flags === undefined || flags < 0x80 ? 0 : 3 * 2 ** ((flags & 7) + 1)
}

/** Skips data blocks up to the empty one that ends them. */
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
