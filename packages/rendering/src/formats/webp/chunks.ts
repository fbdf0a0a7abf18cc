import { createChunkBound } from '../bound-chunks.ts'
import { readBytes } from '../files.ts'

/** Header of the file: RIFF, its length, WEBP. Header of a chunk: its name and its length. */
export const fileHeaderBytes = 12
export const chunkHeaderBytes = 8

export type Chunk = {
  readonly name: string
  /** Position of the content. */
  readonly at: number
  /** Length of the content, bytes. */
  readonly bytes: number
}

/**
 * Walks the chunks of an open WebP to the end of the file;
 * https://developers.google.com/speed/webp/docs/riff_container.
 *
 * @param from position of the first chunk
 * @throws AppError IMAGE_TOO_COSTLY
 */
export function* walkChunks(file: number, from = fileHeaderBytes): Generator<Chunk> {
  const count = createChunkBound()
  for (let at = from; ;) {
    const head = readBytes(file, at, chunkHeaderBytes)
    if (head.length < chunkHeaderBytes) return
    count()
    const bytes = head.readUInt32LE(4)
    yield { name: head.toString('latin1', 0, 4), at: at + chunkHeaderBytes, bytes }
    at += chunkHeaderBytes + bytes + (bytes % 2)
  }
}

/** Length of the position, size and duration of an animation frame, before its own chunks. */
const frameHeaderBytes = 16

/** Walks the chunks of a still image, or those of an animation up to the end of its first frame. */
export function* walkFrameChunks(file: number): Generator<Chunk> {
  for (const chunk of walkChunks(file)) {
    if (chunk.name !== 'ANMF') {
      yield chunk
      continue
    }
    const end = chunk.at + chunk.bytes
    for (const inner of walkChunks(file, chunk.at + frameHeaderBytes)) {
      if (inner.at > end) return
      yield inner
    }
    return
  }
}
