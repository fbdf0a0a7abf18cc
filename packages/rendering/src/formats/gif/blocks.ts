import { AppError } from '@iaas/common/errors'
import { createChunkBound } from '../bound-chunks.ts'
import type { Bytes } from '../bytes.ts'

/** Length of the signature, width and height of the screen, flags, background and aspect ratio. */
const screenBytes = 13
/** Length of the separator, left, top, width, height and flags of a frame. */
const descriptorBytes = 10
const introducers = { extension: 0x21, frame: 0x2c } as const
/** Maximum number of data blocks, of at most 255 bytes each. A file of 50 MB has 200,000 full ones. */
const mostDataBlocks = 1_000_000

/** Bytes of a file that a walk reads at once. */
export const windowBytes = 16 * 1024

/**
 * Walks the frames of a GIF: GIF89a, sections 17 to 20.
 *
 * @returns the position of each frame
 * @throws AppError IMAGE_TOO_COSTLY
 */
export function* walkFrames(file: Bytes): Generator<number> {
  const count = createChunkBound()
  const skipData = createSkip(file)
  for (let at = screenBytes + paletteBytes(file.at(screenBytes - 3)); ;) {
    const introducer = file.at(at)
    if (introducer === introducers.extension) at = skipData(at + 2)
    else if (introducer === introducers.frame) {
      yield at
      // The code size follows the palette.
      at = skipData(at + descriptorBytes + paletteBytes(file.at(at + descriptorBytes - 1)) + 1)
    } else return
    count()
  }
}

/** Returns the size of a palette from its flags: the highest bit marks a palette, the lowest three give its size. */
function paletteBytes(flags = 0): number {
  return flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0
}

/** Skips data blocks up to the empty one that ends them. Each has its length in front. */
function createSkip(file: Bytes): (from: number) => number {
  let blocks = 0
  return (from) => {
    let at = from
    for (let length = file.at(at); length !== undefined; length = file.at(at)) {
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
