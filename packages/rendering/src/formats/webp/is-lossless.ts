import { withBytes } from '../bytes.ts'
import { walkFrameChunks, windowBytes } from './chunks.ts'

/**
 * Returns true if a WebP stores the pixels of its image, or of its first frame, losslessly: VP8L does, VP8 does not.
 */
export function isLosslessWebp(path: string): boolean {
  return withBytes(path, windowBytes, (file) => {
    for (const { name } of walkFrameChunks(file)) {
      if (name === 'VP8L') return true
      if (name === 'VP8 ') return false
    }
    return false
  })
}
