import { AppError } from '@iaas/common/errors'

/** A picture of 50 MB has some ten thousand; each of them is a read, here as in a decoder. */
const mostChunks = 50_000

/** Counts the chunks of a file: what it returns is called at each, and throws AppError IMAGE_TOO_COSTLY at the first too many. */
export function createChunkBound(): () => void {
  let chunks = 0
  return () => {
    chunks += 1
    checkChunks(chunks)
  }
}

/** @throws AppError IMAGE_TOO_COSTLY */
export function checkChunks(chunks: number): void {
  if (chunks <= mostChunks) return
  throw new AppError('IMAGE_TOO_COSTLY', `An image may have at most ${mostChunks} chunks.`)
}
