import type { Step } from './step.ts'

/** Cuts from the source first what is far more than what is kept. */
export const preCrop: Step = (image, { plan }) =>
  plan.preCrop === undefined ? image : image.extract(plan.preCrop)
