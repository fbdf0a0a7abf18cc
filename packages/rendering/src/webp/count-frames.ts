import { readBytes, withFile } from '../files.ts'

/** Of the file: RIFF, its length, WEBP. Of a chunk: its name and its length. */
const fileHeaderBytes = 12
const chunkHeaderBytes = 8

/** How many frames an animated WebP has, 0 where it is none; at the most one more than `enough`. */
export function countFrames(path: string, enough: number): number {
  return withFile(path, (file) => {
    let frames = 0
    for (let at = fileHeaderBytes; frames <= enough;) {
      const head = readBytes(file, at, chunkHeaderBytes)
      if (head.length < chunkHeaderBytes) break
      const bytes = head.readUInt32LE(4)
      if (head.toString('latin1', 0, 4) === 'ANMF') frames += 1
      at += chunkHeaderBytes + bytes + (bytes % 2)
    }
    return frames
  })
}
