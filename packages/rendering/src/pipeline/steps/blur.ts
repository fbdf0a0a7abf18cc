import type { Step } from './step.ts'

/** Blurs slightly. */
export const blur: Step = (image, { variant, blurSigma }) =>
  variant.blur === true ? image.blur(blurSigma) : image
