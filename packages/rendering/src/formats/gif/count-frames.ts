import { withBytes } from '../bytes.ts'
import { walkFrames, windowBytes } from './blocks.ts'

/**
 * Counts the frames of a GIF, up to one more than `enough`. Decoders keep a record of each frame as soon as they open a
 * file.
 *
 * @throws AppError IMAGE_TOO_COSTLY
 */
export function countFrames(path: string, enough: number): number {
  return withBytes(path, windowBytes, (file) => {
    let frames = 0
    for (const _ of walkFrames(file)) {
      frames += 1
      if (frames > enough) break
    }
    return frames
  })
}
