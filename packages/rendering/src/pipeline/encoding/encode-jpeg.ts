import type { Encoding } from './encoding.ts'
import { encodeWithin } from './encode-within.ts'

/** Quality from which chroma keeps its full resolution, as in ImageMagick, unless the original decides. */
const fullChromaQuality = 90

const smallPixels = 128 * 128

/**
 * Writes progressive JPEG, grey if the source is. Keeps mozjpeg off: its tables are not the standard ones, so the
 * quality could not be read back from the file.
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

/** Returns true for small images: in small files, the headers of additional scans outweigh the image. */
function isSmall({ size }: Encoding): boolean {
  return size.width * size.height <= smallPixels
}

/** Returns true if chroma is subsampled. With quality `auto`, follows a lossy original, which has no more detail. */
function hasHalvedColours({ source, variant, quality }: Encoding): boolean {
  if (variant.quality === 'auto' && !source.isLossless) return source.hasHalvedColours
  return quality < fullChromaQuality
}
