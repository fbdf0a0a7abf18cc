import type { Sharp } from 'sharp'
import { rotations } from '../../formats/orientation.ts'
import type { StepContext } from './step.ts'

/**
 * Rotates and mirrors the image for display. sharp's own `autoOrient` would rotate the whole source before any crop: it
 * would hold the source in memory, and the decoder could not skip what is cropped away.
 */
export const rotate = (image: Sharp, { orientation }: Pick<StepContext, 'orientation'>): Sharp => {
  const { upsideDown, leftToRight, degrees } = rotations[orientation]
  const mirrored = image.flip(upsideDown).flop(leftToRight)
  return degrees === 0 ? mirrored : mirrored.rotate(degrees)
}
