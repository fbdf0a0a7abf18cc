import type { Step } from './step.ts'

/** Scales to the planned size, to the pixel. */
export const resize: Step = (image, { plan }) => image.resize({ ...plan.scaled, fit: 'fill' })
