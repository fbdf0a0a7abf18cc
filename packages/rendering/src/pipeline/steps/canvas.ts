import { type Step, white } from './step.ts'

/** Places the scaled image on a white background. */
export const canvas: Step = (image, { plan }) => {
  if (plan.canvas === undefined) return image
  const { left, top, width, height } = plan.canvas
  const right = width - plan.scaled.width - left
  const bottom = height - plan.scaled.height - top
  return image.extend({ left, top, right, bottom, background: white })
}
