import { toStoredRegion } from '../orientation.ts'
import type { Step } from './step.ts'

/** Cuts from the source first what is far more than what is kept. */
export const preCrop: Step = (image, { plan, size, orientation }) =>
  plan.preCrop === undefined
    ? image
    : image.extract(toStoredRegion(plan.preCrop, size, orientation))
