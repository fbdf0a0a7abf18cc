import type { Step } from './step.ts'

/** Crops the overflow of the scaled image. */
export const crop: Step = (image, { plan }) =>
  plan.crop === undefined ? image : image.extract(plan.crop)
