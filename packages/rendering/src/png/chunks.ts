import { createChunkBound } from '../bound-chunks.ts'
import { createPieceReader } from '../files.ts'

/** The signature of the file. */
const signatureBytes = 8
/** The length and the name of a chunk. */
const chunkHeaderBytes = 8
/** It follows the content of a chunk. */
const checksumBytes = 4

export type PngChunk = {
  readonly name: string
  /** Where its content begins. */
  readonly at: number
  /** The length of its content. */
  readonly bytes: number
}

/**
 * The chunks of an open PNG, until the file ends. https://www.w3.org/TR/png-3/#5Chunk-layout
 *
 * @throws AppError IMAGE_TOO_COSTLY
 */
export function* walkPngChunks(file: number): Generator<PngChunk> {
  const count = createChunkBound()
  const readHead = createPieceReader(file, chunkHeaderBytes)
  for (let at = signatureBytes; ;) {
    const head = readHead(at)
    if (head === undefined) return
    count()
    const bytes = head.readUInt32BE(0)
    const content = at + chunkHeaderBytes
    yield { name: head.toString('latin1', 4, 8), at: content, bytes }
    at = content + bytes + checksumBytes
  }
}
