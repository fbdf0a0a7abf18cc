import type { Sharp } from 'sharp'
import { turns } from '../orientation.ts'
import type { StepContext } from './step.ts'

/**
 * Turns the picture as it is displayed. sharp's own `autoOrient` would turn all of it before anything is cut: the
 * whole source in memory, and no decoder that leaves out what is not needed.
 */
export const turn = (image: Sharp, { orientation }: Pick<StepContext, 'orientation'>): Sharp => {
  const { upsideDown, leftToRight, degrees } = turns[orientation]
  const mirrored = image.flip(upsideDown).flop(leftToRight)
  return degrees === 0 ? mirrored : mirrored.rotate(degrees)
}
