import { withBytes } from '../bytes.ts'
import { chunkHeaderBytes, fileHeaderBytes, walkFrameChunks, windowBytes } from './chunks.ts'

const imageChunks: ReadonlySet<string> = new Set(['VP8 ', 'VP8L', 'ALPH'])

/** Counts the bytes of the chunks that hold the pixels of a WebP, or of its first frame. */
export function countImageBytes(path: string): number {
  return withBytes(path, windowBytes, (file) => {
    let total = fileHeaderBytes
    for (const { name, bytes } of walkFrameChunks(file)) {
      if (imageChunks.has(name)) total += chunkHeaderBytes + bytes + (bytes % 2)
    }
    return total
  })
}
