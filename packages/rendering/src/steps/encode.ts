import type { Step } from './step.ts'

/** From this quality on colours are kept at full resolution, as ImageMagick does. */
const fullChromaQuality = 90

/**
 * Writes the output format in sRGB, without metadata. mozjpeg stays off: its tables are not the standard ones, so that
 * no quality could be read from the file again.
 */
export const encode: Step = (image, { variant, quality, encoders }) => {
  const upright = image.toColourspace('srgb')
  switch (variant.format) {
    case 'jpg':
      return upright.jpeg({
        quality,
        progressive: true,
        mozjpeg: false,
        trellisQuantisation: encoders.jpegTrellis,
        overshootDeringing: encoders.jpegTrellis,
        chromaSubsampling: quality >= fullChromaQuality ? '4:4:4' : '4:2:0',
      })
    case 'png':
      return upright.png({
        compressionLevel: encoders.pngCompression,
        adaptiveFiltering: encoders.pngFilters,
      })
    case 'webp':
      return upright.webp({ quality, effort: encoders.webpEffort })
  }
}
