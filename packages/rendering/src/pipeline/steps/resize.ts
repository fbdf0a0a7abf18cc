import type { OriginalFormat, Size } from '@iaas/common/image'
import { toStoredSize } from '../../formats/orientation.ts'
import type { Step } from './step.ts'

/** Scales to the exact planned size. Does not enlarge; see `enlarge`. */
export const resize: Step = (image, { plan, size, orientation, format }) =>
  image.resize({
    ...toStoredSize(plan.scaled, orientation),
    fit: 'fill',
    fastShrinkOnLoad: !isFineDecodingCheap(format, size, plan.scaled),
  })

/** Maximum of additionally decoded pixels. They take some two milliseconds of a JPEG, and up to some fourteen of a WebP. */
const mostFinePixels = { jpg: 250_000, webp: 1_000_000 } as const

/**
 * Returns true if decoding at a higher resolution is cheap. Decoders of JPEG and WebP shrink faster than the scaler, which
 * costs sharpness. A decoder of JPEG shrinks by 2, 4 or 8, and by default leaves the scaler a factor between one and two;
 * fine, it leaves at least two. A decoder of WebP shrinks to any size; fine, it does not shrink. Decision 13 has the figures.
 */
export function isFineDecodingCheap(format: OriginalFormat, source: Size, scaled: Size): boolean {
  if (format === 'webp') return countPixels(source) - countPixels(scaled) <= mostFinePixels.webp
  if (format !== 'jpg') return false
  const times = Math.min(source.width / scaled.width, source.height / scaled.height)
  const [fast, fine] = [shrinkFactor(times), shrinkFactor(times / 2)]
  return countPixels(source) * (1 / fine ** 2 - 1 / fast ** 2) <= mostFinePixels.jpg
}

function shrinkFactor(times: number): number {
  return [8, 4, 2].find((factor) => times >= factor) ?? 1
}

function countPixels({ width, height }: Size): number {
  return width * height
}
