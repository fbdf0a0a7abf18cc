import type { Step } from './step.ts'

/** Cuts the overflow off the scaled picture. */
export const crop: Step = (image, { plan }) =>
  plan.crop === undefined ? image : image.extract(plan.crop)
