import { toStoredRegion } from '../../formats/orientation.ts'
import type { Step } from './step.ts'

/** Crops the source first if much more would be scaled than kept. */
export const preCrop: Step = (image, { plan, size, orientation }) =>
  plan.preCrop === undefined
    ? image
    : image.extract(toStoredRegion(plan.preCrop, size, orientation))
