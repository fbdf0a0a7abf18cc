import { createChunkBound } from '../bound-chunks.ts'
import type { Bytes } from '../bytes.ts'

/** Header of the file: RIFF, its length, WEBP. Header of a chunk: its name and its length. */
export const fileHeaderBytes = 12
export const chunkHeaderBytes = 8

/** Bytes of a file that a walk reads at once; the contents of chunks are passed over. */
export const windowBytes = 128

export type Chunk = {
  readonly name: string
  readonly start: number
  /** Position of the content. */
  readonly at: number
  /** Length of the content, bytes. */
  readonly bytes: number
  /** End of the content. */
  readonly end: number
}

/**
 * Walks the chunks of a WebP to the end of the file;
 * https://developers.google.com/speed/webp/docs/riff_container.
 *
 * @param from position of the first chunk
 * @throws AppError IMAGE_TOO_COSTLY
 */
export function* walkChunks(file: Bytes, from = fileHeaderBytes): Generator<Chunk> {
  const count = createChunkBound()
  for (let at = from; ;) {
    const head = file.read(at, chunkHeaderBytes)
    if (head.length < chunkHeaderBytes) return
    count()
    const bytes = head.readUInt32LE(4)
    const content = at + chunkHeaderBytes
    yield {
      name: head.toString('latin1', 0, 4),
      start: at,
      at: content,
      bytes,
      end: content + bytes,
    }
    // Padded to an even length.
    at = content + bytes + (bytes % 2)
  }
}

/** Length of the position, size and duration of an animation frame, before its own chunks. */
const frameHeaderBytes = 16

/** Walks the chunks of a still image, or those of an animation up to the end of its first frame. */
export function* walkFrameChunks(file: Bytes): Generator<Chunk> {
  for (const chunk of walkChunks(file)) {
    if (chunk.name !== 'ANMF') {
      yield chunk
      continue
    }
    for (const inner of walkChunks(file, chunk.at + frameHeaderBytes)) {
      if (inner.at > chunk.end) return
      yield inner
    }
    return
  }
}
