import { withBytes } from '../bytes.ts'
import { walkChunks, windowBytes } from './chunks.ts'

/** Counts the frames of an animated WebP, up to one more than `enough`; 0 if it is not animated. */
export function countFrames(path: string, enough: number): number {
  return withBytes(path, windowBytes, (file) => {
    let frames = 0
    for (const { name } of walkChunks(file)) {
      if (name === 'ANMF') frames += 1
      if (frames > enough) break
    }
    return frames
  })
}
