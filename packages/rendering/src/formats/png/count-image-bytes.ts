import { withBytes } from '../bytes.ts'
import { imageChunks, signatureBytes, walkPngChunks, windowBytes } from './chunks.ts'

/** Counts the bytes of the chunks that hold the pixels of a PNG. */
export function countImageBytes(path: string): number {
  return withBytes(path, windowBytes, (file) => {
    let total = signatureBytes
    for (const { name, start, end } of walkPngChunks(file)) {
      if (imageChunks.has(name)) total += end - start
    }
    return total
  })
}
