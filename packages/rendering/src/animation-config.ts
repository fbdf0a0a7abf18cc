import { integer, number, optionalInteger } from '@iaas/common/config/setting'
import { z } from 'zod'

/** Limits of animations: of what is rendered, and of what is uploaded. */
export const animationSettings = z
  .object({
    max_frames: integer(
      { min: 1, max: 5000, fallback: 300 },
      'Most frames of an animated rendition; an animation with more is answered with its first frame.',
    ),
    max_megapixels: number(
      { min: 0.01, max: 1000, fallback: 100 },
      'Largest product of frames and size, of an animated original and of its rendition, megapixels; beyond it: the first frame. Bounds the frames up to the one that `frame` asks for, too (413). Time and memory of a render set lower limits.',
    ),
    max_original_megapixels: optionalInteger(
      { min: 1, max: 1_000_000 },
      'Largest product of frames and size of an uploaded GIF or WebP, megapixels; beyond it: 413. Without it, `constraints.max_input` applies to a single frame, and a longer animation is accepted with a warning.',
      'ANIMATION_MAX_ORIGINAL_MEGAPIXELS',
    ),
  })
  .prefault({})
  .transform(({ max_frames, max_megapixels, max_original_megapixels: most }) => ({
    maxFrames: max_frames,
    maxPixels: Math.round(max_megapixels * 1e6),
    maxOriginalPixels: most === undefined ? undefined : most * 1e6,
  }))
