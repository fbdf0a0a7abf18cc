import { toStoredSize } from '../orientation.ts'
import type { Step } from './step.ts'

/** Scales to the planned size, to the pixel. */
export const resize: Step = (image, { plan, orientation }) =>
  image.resize({ ...toStoredSize(plan.scaled, orientation), fit: 'fill' })
