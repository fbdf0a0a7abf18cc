import { AppError } from '@iaas/common/errors'

/** Maximum number of chunks. An image of 50 MB has some ten thousand; each is a read, here and in a decoder. */
const mostChunks = 50_000

/** Returns a function to call for each chunk. It throws AppError IMAGE_TOO_COSTLY at the first chunk over the limit. */
export function createChunkBound(): () => void {
  let chunks = 0
  return () => {
    chunks += 1
    if (chunks <= mostChunks) return
    throw new AppError('IMAGE_TOO_COSTLY', `An image may have at most ${mostChunks} chunks.`)
  }
}
