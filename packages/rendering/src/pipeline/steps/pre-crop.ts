import { toStoredRegion } from '../../formats/orientation.ts'
import type { Step } from './step.ts'

/** Crops to the kept part of the source, and further if much more would be scaled than kept. */
export const preCrop: Step = (image, { plan, region, size, orientation }) => {
  if (plan.preCrop === undefined) return region === undefined ? image : image.extract(region)
  const cut = toStoredRegion(plan.preCrop, size, orientation)
  const { left, top } = region ?? { left: 0, top: 0 }
  return image.extract({ ...cut, left: left + cut.left, top: top + cut.top })
}
