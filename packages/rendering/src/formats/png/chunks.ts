import { createChunkBound } from '../bound-chunks.ts'
import type { Bytes } from '../bytes.ts'

/** Signature of the file: PNG 1.2, 3.1. */
export const pngSignature = Buffer.from('89504e470d0a1a0a', 'hex')
export const signatureBytes = pngSignature.length
const lengthBytes = 4
const nameBytes = 4
/** Length of the length and the name of a chunk. */
const chunkHeaderBytes = lengthBytes + nameBytes
const imageDataCode = Buffer.from('IDAT').readUInt32BE()
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
    const bytes = file.uint32(at)
    const code = file.uint32(at + lengthBytes)
    if (bytes === undefined || code === undefined) return
    count()
    const content = at + chunkHeaderBytes
    const end = content + bytes + checksumBytes
    // Nearly all chunks of a large image have this name, so that most chunks create no buffer.
    const name = code === imageDataCode ? 'IDAT' : nameOf(file, at + lengthBytes)
    yield { name, start: at, at: content, bytes, end }
    at = end
  }
}

function nameOf(file: Bytes, at: number): string {
  return file.read(at, nameBytes).toString('latin1')
}
