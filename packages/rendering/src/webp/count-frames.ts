import { withFile } from '../files.ts'
import { walkChunks } from './chunks.ts'

/** How many frames an animated WebP has, 0 where it is none; at the most one more than `enough`. */
export function countFrames(path: string, enough: number): number {
  return withFile(path, (file) => {
    let frames = 0
    for (const { name } of walkChunks(file)) {
      if (name === 'ANMF') frames += 1
      if (frames > enough) break
    }
    return frames
  })
}
