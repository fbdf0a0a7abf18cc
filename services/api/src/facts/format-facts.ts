import type { Point } from '@iaas/common/image'
import type { ImageFacts } from '@iaas/common/image-facts'
import type { OriginalRef } from '@iaas/common/original-ref'

/** Fields of EXIF to include. */
export type ExifChoice = 'none' | 'public' | 'all'

/** Returns the object that clients get. */
export function formatFacts(
  original: OriginalRef,
  facts: ImageFacts,
  focal: Point | undefined,
  exif: ExifChoice = 'none',
) {
  const { format, size, palette } = facts
  return {
    id: original.id,
    format,
    bytes: original.size,
    width: size.width,
    height: size.height,
    has_alpha: facts.hasAlpha,
    animated: facts.isAnimated,
    frames: facts.frames,
    quality: facts.quality,
    color_space: facts.colourSpace,
    color_profile: facts.profile,
    dominant_color: palette[0]?.colour ?? null,
    average_color: facts.averageColour,
    palette: palette.map(({ colour, share }) => ({ color: colour, share })),
    thumbhash: facts.thumbhash,
    blurhash: facts.blurhash,
    placeholder: facts.placeholder,
    focal_point: focal ?? null,
    perceptual_hash: facts.perceptualHash,
    uploaded_at: original.modifiedAt.toISOString(),
    ...(exif !== 'none' && {
      exif: exif === 'all' ? { ...facts.exif, ...facts.privateExif } : facts.exif,
    }),
  }
}
