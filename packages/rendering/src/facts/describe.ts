import { type ImageFacts, imageFactsSchema } from '@iaas/common/image-facts'
import { type Size, isWithin, scaleToFit } from '@iaas/common/image'
import type { Metadata } from 'sharp'
import { toStoredSize } from '../formats/orientation.ts'
import { readers } from '../formats/readers.ts'
import { openForDisplay, openHeader } from '../formats/sharp.ts'
import type { SourceFacts } from '../formats/source-facts.ts'
import { rotate } from '../pipeline/steps/rotate.ts'
import { describePixels } from './describe-pixels.ts'
import { readExif } from './read-exif.ts'
import { readProfileName } from './read-profile-name.ts'

/** Largest side of the copy that facts about pixels are computed from, px: the most that ThumbHash takes. */
const sampleSide = 100

/** Returns the size of the copy that facts about pixels are computed from. */
export function sampleSize(size: Size): Size {
  const box = { width: sampleSide, height: sampleSide }
  return isWithin(size, box) ? size : scaleToFit(size, box)
}

/** Collects the facts about an image: those of its header, and those of a small upright copy in sRGB. */
export async function describeFile(
  path: string,
  source: SourceFacts,
  maxPixels: number,
): Promise<ImageFacts> {
  const { format, size, hasAlpha, orientation } = source
  const header = await readHeader(path, source)
  const image = await openForDisplay(path, maxPixels, source)
  const sample = toStoredSize(sampleSize(size), orientation)
  const upright = rotate(image.resize({ ...sample, fit: 'fill' }), source)
  // Fields that no schema allows would be refused by the parent; a failure here names them.
  return imageFactsSchema.parse({
    format,
    size,
    hasAlpha,
    ...countFrames(format, header),
    quality: (format === 'jpg' && readers.jpg.readQuality?.(path)) || null,
    colourSpace: header.space,
    profile: readProfileName(header.icc),
    ...(await describePixels(upright)),
    ...readExif(header.exif),
  })
}

type Header = Pick<Metadata, 'space' | 'icc' | 'exif' | 'pages'>

/** Reads the header. A format that libvips does not know has a reader of its own. */
async function readHeader(path: string, { format, colours }: SourceFacts): Promise<Header> {
  const blocks = readers[format].readMetadata?.(path)
  if (blocks === undefined) return openHeader(path, format).metadata()
  const space = colours === 'grey' ? 'b-w' : 'srgb'
  return { space, ...(blocks.exif && { exif: blocks.exif }) }
}

function countFrames(format: SourceFacts['format'], { pages = 1 }: Header) {
  const isAnimated = pages > 1 && (format === 'gif' || format === 'webp')
  return { frames: Math.max(1, pages), isAnimated }
}
