import type { Size } from '@iaas/common/image'
import { toStoredSize } from '../../formats/orientation.ts'
import type { Step } from './step.ts'

/** Scales to the exact planned size. Does not enlarge; see `enlarge`. */
export const resize: Step = (image, { plan, size, orientation, format }) =>
  image.resize({
    ...toStoredSize(plan.scaled, orientation),
    fit: 'fill',
    fastShrinkOnLoad: format !== 'jpg' || !isFineDecodingCheap(size, plan.scaled),
  })

/** Maximum of additionally decoded pixels; they take some two milliseconds. */
const mostFinePixels = 250_000

/**
 * Returns true if decoding a JPEG at a higher resolution is cheap. The decoder can shrink by 2, 4 and 8. By default it
 * leaves the scaler a factor between one and two, which costs sharpness; here it leaves at least two if few more pixels
 * are decoded for that. Decision 13 has the figures.
 */
export function isFineDecodingCheap(source: Size, scaled: Size): boolean {
  const times = Math.min(source.width / scaled.width, source.height / scaled.height)
  const pixels = source.width * source.height
  const [fast, fine] = [shrinkFactor(times), shrinkFactor(times / 2)]
  return pixels / fine ** 2 - pixels / fast ** 2 <= mostFinePixels
}

function shrinkFactor(times: number): number {
  return [8, 4, 2].find((factor) => times >= factor) ?? 1
}
