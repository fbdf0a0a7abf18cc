import { withFile } from '../files.ts'
import { walkFrameChunks } from './chunks.ts'

/**
 * Returns true if a WebP stores the pixels of its image, or of its first frame, losslessly: VP8L does, VP8 does not.
 */
export function isLosslessWebp(path: string): boolean {
  return withFile(path, (file) => {
    for (const { name } of walkFrameChunks(file)) {
      if (name === 'VP8L') return true
      if (name === 'VP8 ') return false
    }
    return false
  })
}
