import { withFile } from '../files.ts'
import { chunkFrameBytes, imageChunks, signatureBytes, walkPngChunks } from './chunks.ts'

/** Counts the bytes of the chunks that hold the pixels of a PNG. */
export function countImageBytes(path: string): number {
  return withFile(path, (file) => {
    let total = signatureBytes
    for (const { name, bytes } of walkPngChunks(file)) {
      if (imageChunks.has(name)) total += chunkFrameBytes + bytes
    }
    return total
  })
}
