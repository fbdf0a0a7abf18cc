import type { Encoding } from './encoding.ts'
import { encodeWithin } from './encode-within.ts'

/** From this quality on colours keep their full resolution, as ImageMagick does, if the original does not decide. */
const fullChromaQuality = 90

const smallPixels = 128 * 128

/**
 * Writes progressive JPEG, grey if the source is. mozjpeg stays off: its tables are not the standard ones, so that no
 * quality could be read from the file again.
 */
export function encodeJpeg(encoding: Encoding): Promise<Buffer> {
  const { draw, source, encoders } = encoding
  return encodeWithin(encoding, async ({ quality, isHarder }) =>
    (await draw())
      .toColourspace(source.colours === 'grey' ? 'b-w' : 'srgb')
      .jpeg({
        quality,
        progressive: true,
        mozjpeg: false,
        optimiseScans: isHarder || isSmall(encoding),
        trellisQuantisation: encoders.jpegTrellis,
        overshootDeringing: encoders.jpegTrellis,
        chromaSubsampling: hasHalvedColours(encoding) ? '4:2:0' : '4:4:4',
      })
      .toBuffer(),
  )
}

/** In small files the headers of needless scans outweigh the image. */
function isSmall({ size }: Encoding): boolean {
  return size.width * size.height <= smallPixels
}

/** With quality `auto` those of a lossy original, which has no more to give. */
function hasHalvedColours({ source, variant, quality }: Encoding): boolean {
  if (variant.quality === 'auto' && !source.isLossless) return source.hasHalvedColours
  return quality < fullChromaQuality
}
