import { withFile } from '../files.ts'
import { walkChunks } from './chunks.ts'

/** The place, the size and the time of a frame, before its own chunks. */
const frameHeaderBytes = 16

/** Whether a WebP keeps the pixels of its picture, or those of its first frame, as they are: VP8L, where VP8 does not. */
export function isLosslessWebp(path: string): boolean {
  return withFile(path, (file) => isLosslessFrom(file))
}

function isLosslessFrom(file: number, from?: number): boolean {
  for (const { name, at } of walkChunks(file, from)) {
    if (name === 'VP8L') return true
    if (name === 'VP8 ') return false
    if (name === 'ANMF') return isLosslessFrom(file, at + frameHeaderBytes)
  }
  return false
}
