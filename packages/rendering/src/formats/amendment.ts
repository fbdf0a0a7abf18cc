import type { Size } from '@iaas/common/image'
import sharp, { type Metadata, type Sharp } from 'sharp'
import { type Conversion, convertPixels } from '../colour/convert-pixels.ts'
import type { Primaries } from '../colour/primaries.ts'

/** Corrections that browsers apply to some files and libvips does not. */
export type Amendment = {
  /** Size of the stored image if libvips reports another one, px. */
  readonly size?: Size
  /** Set if it differs from what libvips reports. */
  readonly hasAlpha?: boolean
  /** If true, the colour profile of the file is not applied. */
  readonly ignoresProfile?: boolean
  /** The file is truncated; the decoder fills in the rest. */
  readonly endsEarly?: boolean
  /** True if the file declares its colours by numbers, and they are not those of sRGB. */
  readonly isTagged?: boolean
  /**
   * Decodes the whole image and corrects it. The result has eight bits per channel and no profile.
   *
   * @param target primaries of the result if the image is tagged; those of sRGB unless set
   */
  readonly apply: (image: Sharp, target?: Primaries) => Promise<Sharp>
}

/** Decodes in a separate pipeline, because sharp applies its operations in an order of its own. */
export async function decode(image: Sharp): Promise<Sharp> {
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true })
  return sharp(data, { raw: info })
}

/** Decodes an image and converts its colours to sRGB. */
export async function convert(
  image: Sharp,
  metadata: Metadata,
  conversion: Conversion,
): Promise<Sharp> {
  const space = workingSpace(metadata)
  const depth = space.endsWith('16') ? 'ushort' : 'uchar'
  const { data, info } = await image
    .toColourspace(space)
    .raw({ depth })
    .toBuffer({ resolveWithObject: true })
  const samples =
    depth === 'uchar' ? data : new Uint16Array(data.buffer, data.byteOffset, data.length / 2)
  const { width, height, channels } = info
  const pixels = convertPixels({ data: samples, channels }, conversion)
  return sharp(pixels, { raw: { width, height, channels } })
}

/**
 * Returns the space that changes no sample. If a profile is applied, the result is sRGB. Raw pixels of eight bits
 * cannot be grey with alpha.
 */
function workingSpace({ space, hasProfile, hasAlpha }: Metadata): string {
  if (hasProfile) return 'srgb'
  return space === 'b-w' && hasAlpha ? 'srgb' : space
}
