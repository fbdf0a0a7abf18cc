import type { Step } from './step.ts'

/** From this quality on colours are kept at full resolution, as ImageMagick does. */
const fullChromaQuality = 90

/**
 * Writes the output format in sRGB, without metadata. mozjpeg stays off: its tables are not the standard ones, so that
 * no quality could be read from the file again.
 */
export const encode: Step = (image, { variant, quality }) => {
  const upright = image.toColourspace('srgb')
  switch (variant.format) {
    case 'jpg':
      return upright.jpeg({
        quality,
        progressive: true,
        mozjpeg: false,
        chromaSubsampling: quality >= fullChromaQuality ? '4:4:4' : '4:2:0',
      })
    case 'png':
      return upright.png({ compressionLevel: 6 })
    case 'webp':
      return upright.webp({ quality, effort: 4 })
  }
}
