import { createChunkBound } from '../bound-chunks.ts'
import { readBytes } from '../files.ts'

/** Of the file: RIFF, its length, WEBP. Of a chunk: its name and its length. */
export const fileHeaderBytes = 12
export const chunkHeaderBytes = 8

export type Chunk = {
  readonly name: string
  /** Where its content begins. */
  readonly at: number
  /** The length of its content. */
  readonly bytes: number
}

/**
 * The chunks of an open WebP, until the file ends; https://developers.google.com/speed/webp/docs/riff_container.
 *
 * @param from where the first of them lies
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

/** The place, the size and the time of a frame of an animation, before its own chunks. */
const frameHeaderBytes = 16

/** The chunks of a still image, or those of an animation up to the end of its first frame. */
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
