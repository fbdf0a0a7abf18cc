import { readFileSync, statSync } from 'node:fs'
import type { Size } from '@iaas/common/image'
import sharp, { type Sharp } from 'sharp'
import { convertPixels } from '../../colour/convert-pixels.ts'
import { displayP3 } from '../../colour/primaries.ts'
import { dropProperties } from '../heif/items.ts'
import { readCodedSize } from '../heif/coded-size.ts'
import { bytesOf } from '../bytes.ts'
import { findMeta } from '../heif/boxes.ts'
import { transformNames } from '../heif/transforms.ts'
import { toStoredSize } from '../orientation.ts'
import type { Reader } from '../reader.ts'
import type { SourceFacts } from '../source-facts.ts'
import { type Wrapped, wrapPixels } from '../tiff/wrap-pixels.ts'
import { unsupported } from '../unsupported.ts'
import { damaged } from '../damaged.ts'
import { decodeHeic } from './decode.ts'
import { type HeicImage, readHeic, readHeicColours, readHeicMetadata } from './file.ts'
import { stripHeic } from './strip.ts'

/** HEIC: HEVC in the boxes of HEIF, decoded by libheif in WebAssembly. */
export const heic: Reader = {
  check(path, head) {
    if (readHeic(path) === undefined || readCodedSize(path) === undefined) {
      throw unsupported(head, 'A HEIC that is built like this')
    }
  },
  readCodedSize,
  countHeldBytes: (path) => statSync(path).size,
  inspect(path) {
    const { crop, size, orientation, hasAlpha } = readKnown(path)
    const coded = readCodedSize(path) ?? size
    return {
      format: 'heic',
      size: toStoredSize(crop ?? size, orientation),
      pixels: coded.width * coded.height,
      orientation,
      colours: 'rgb',
      hasAlpha,
      hasHalvedColours: true,
      isLossless: false,
      isIndexed: false,
      isProgressive: false,
      bytesPerPixel: hasAlpha ? 4 : 3,
      isDeep: false,
      heldBytes: statSync(path).size,
    }
  },
  open: openHeic,
  readMetadata: readHeicMetadata,
  readColours(path) {
    const { profile, tag } = readHeicColours(path)
    return { profile, isTagged: tag !== undefined }
  },
  strip: stripHeic,
  isLossless: () => false,
  decodeBytesPerPixel: ({ hasAlpha }) => (hasAlpha ? 17 : 14),
  isCostly: () => true,
  encodesAs: ({ hasAlpha }) => (hasAlpha ? 'png' : 'jpg'),
  encode: (image, { hasAlpha }, quality) => (hasAlpha ? image.png() : image.jpeg({ quality })),
}

/**
 * Decodes a HEIC to its stored orientation. libheif would apply the transforms by itself, and then refuses images of
 * which it displays a small part; it does not see them here.
 */
async function openHeic(
  path: string,
  { hasAlpha, decodesTo }: SourceFacts,
  maxPixels: number,
): Promise<Sharp> {
  const { id, crop, size } = readKnown(path)
  const { profile, tag } = readHeicColours(path)
  const file = readFileSync(path)
  const meta = findMeta(bytesOf(file))
  if (meta !== undefined) dropProperties(meta, id, transformNames)
  const channels = hasAlpha ? 4 : 3
  let wrapped: Wrapped | undefined
  decodeHeic(
    file,
    { channels, maxPixels: largestCoding(readCodedSize(path) ?? size) },
    (decoded) => {
      if (decoded.width !== size.width || decoded.height !== size.height) throw damaged()
      wrapped = wrapPixels(size, channels, profile)
      return wrapped.pixels
    },
  )
  if (wrapped === undefined) throw damaged()
  const data = wrapped.pixels
  if (tag !== undefined)
    convertPixels(
      { data, channels },
      {
        tag,
        isLimited: false,
        isAlphaLimited: false,
        target: decodesTo === 'p3' ? displayP3 : undefined,
      },
    )
  const image = sharp(wrapped.file, {
    limitInputPixels: maxPixels,
    sequentialRead: true,
    ignoreIcc: decodesTo === 'own',
  })
  return crop === undefined ? image : image.extract(crop)
}

/** Side of the largest block of HEVC, to which the sides of an image are padded, px. */
const blockSide = 64

/** Returns the pixels of an image of this size with its padding. */
function largestCoding({ width, height }: Size): number {
  return (width + blockSide) * (height + blockSide)
}

function readKnown(path: string): HeicImage {
  const image = readHeic(path)
  if (image === undefined) throw damaged()
  return image
}
