import { createChunkBound } from '../bound-chunks.ts'
import type { Bytes } from '../bytes.ts'

/** Signature of the file: PNG 1.2, 3.1. */
export const pngSignature = Buffer.from('89504e470d0a1a0a', 'hex')
export const signatureBytes = pngSignature.length
/** Length of the length and the name of a chunk. */
const chunkHeaderBytes = 8
/** Length of the checksum after the content of a chunk. */
const checksumBytes = 4
/** Length of everything around the content of a chunk. */
export const chunkFrameBytes = chunkHeaderBytes + checksumBytes

/** Chunks that hold the pixels. */
export const imageChunks: ReadonlySet<string> = new Set(['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND'])

export type PngChunk = {
  readonly name: string
  readonly start: number
  /** Position of the content. */
  readonly at: number
  /** Length of the content, bytes. */
  readonly bytes: number
  readonly end: number
}

/** Bytes of a file that a walk reads at once; the contents of most chunks are passed over. */
export const windowBytes = 64

/**
 * Walks the chunks of a PNG to the end of the file. https://www.w3.org/TR/png-3/#5Chunk-layout
 *
 * @throws AppError IMAGE_TOO_COSTLY
 */
export function* walkPngChunks(file: Bytes): Generator<PngChunk> {
  const count = createChunkBound()
  for (let at = signatureBytes; ;) {
    const head = file.read(at, chunkHeaderBytes)
    if (head.length < chunkHeaderBytes) return
    count()
    const bytes = head.readUInt32BE(0)
    const content = at + chunkHeaderBytes
    const end = content + bytes + checksumBytes
    yield { name: head.toString('latin1', 4, 8), start: at, at: content, bytes, end }
    at = end
  }
}
