import { withFile } from '../files.ts'
import { walkFrameChunks } from './chunks.ts'

/** Returns whether a WebP keeps the pixels of its image, or those of its first frame, as they are: VP8L does, VP8 does not. */
export function isLosslessWebp(path: string): boolean {
  return withFile(path, (file) => {
    for (const { name } of walkFrameChunks(file)) {
      if (name === 'VP8L') return true
      if (name === 'VP8 ') return false
    }
    return false
  })
}
