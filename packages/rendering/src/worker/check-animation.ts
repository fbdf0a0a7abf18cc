import { AppError } from '@iaas/common/errors'
import type { SourceFacts } from '../formats/source-facts.ts'
import type { AnimationLimits } from '../pipeline/plan-animation.ts'

/** Rejects an upload with too many pixels in all of its frames. @throws AppError IMAGE_TOO_LARGE */
export function checkAnimation(
  { frames = 1, size }: Pick<SourceFacts, 'frames' | 'size'>,
  { maxOriginalPixels }: Pick<AnimationLimits, 'maxOriginalPixels'>,
): void {
  const pixels = frames * size.width * size.height
  if (frames < 2 || maxOriginalPixels === undefined || pixels <= maxOriginalPixels) return
  throw new AppError(
    'IMAGE_TOO_LARGE',
    `The animation has ${frames} frames of ${size.width} x ${size.height} pixels (${Math.ceil(pixels / 1e6)} megapixels); at most ${maxOriginalPixels / 1e6} megapixels are allowed (\`animation.max_original_megapixels\`).`,
  )
}
