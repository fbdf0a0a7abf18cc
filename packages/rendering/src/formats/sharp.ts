import { type OriginalFormat, originalFormats } from '@iaas/common/image'
import { displayP3 } from '../colour/primaries.ts'
import sharp, { type Sharp, type SharpOptions } from 'sharp'
import { readers } from './readers.ts'
import { type SourceFacts } from './source-facts.ts'

/** Loaders of the accepted formats. All others stay blocked, so that no other parser processes foreign bytes. */
function allowedLoaders(refused: readonly OriginalFormat[]): readonly string[] {
  return originalFormats
    .filter((format) => !refused.includes(format))
    .flatMap((format) => readers[format].loader ?? [])
    .map((loader) => `VipsForeignLoad${loader}`)
}

/**
 * Configures sharp for one image at a time and no caches: a child renders for many clients and can die at any moment.
 */
export function configureSharp(refused: readonly OriginalFormat[]): void {
  sharp.concurrency(1)
  sharp.cache(false)
  sharp.block({ operation: ['VipsForeignLoad'] })
  sharp.unblock({ operation: [...allowedLoaders(refused)] })
}

/** Maximum number of channels: RGB or CMYK, each with alpha. */
const maxChannels = 5

const openOptions = {
  failOn: 'error',
  limitInputChannels: maxChannels,
  pages: 1,
  sequentialRead: true,
} as const satisfies SharpOptions

/** Opens an image for decoding. `maxPixels` checks again what was already checked from the header. */
export async function openImage(
  path: string,
  maxPixels: number,
  source: SourceFacts,
): Promise<Sharp> {
  const { amendment, format, decodesTo, frame = 0 } = source
  const opened = await readers[format].open?.(path, source, maxPixels)
  if (opened !== undefined) return opened
  const ignoreIcc = amendment?.ignoresProfile === true || decodesTo === 'own'
  const failOn = amendment?.endsEarly === true ? 'none' : openOptions.failOn
  const image = sharp(toInput(path, source.format), {
    ...openOptions,
    page: frame,
    failOn,
    limitInputPixels: maxPixels,
    ignoreIcc,
  })
  return amendment === undefined
    ? image
    : amendment.apply(image, decodesTo === 'p3' ? displayP3 : undefined)
}

/**
 * Opens an image for decoding to sRGB. Two kinds of images are converted to sRGB before anything else. sharp converts images
 * with sixteen bits and a profile to Display P3 first, and would then output those numbers as sRGB. Amounts of light would
 * be scaled as such, unlike all other images and unlike the working copy of the same image.
 */
export async function openForDisplay(
  path: string,
  maxPixels: number,
  source: SourceFacts,
): Promise<Sharp> {
  const image = await openImage(path, maxPixels, source)
  const isDeepColour = source.isDeep && source.colours === 'rgb'
  const isConverted = isDeepColour || source.isLinear === true
  return isConverted ? image.pipelineColourspace('srgb') : image
}

/**
 * Opens all frames of an animation for decoding to sRGB, one below the other. Their number of pixels was checked from the
 * header.
 */
export function openFrames(path: string, { format }: Pick<SourceFacts, 'format'>): Sharp {
  return sharp(toInput(path, format), { ...openOptions, pages: -1, limitInputPixels: false })
}

/** Loader of JPEGs with a gain map. It reads foreign bytes only for renditions that keep one. */
const gainMapLoader = { operation: ['VipsForeignLoadUhdr'] }

/** The types of sharp lack this. */
export type GainMapSharp = Sharp & { readonly keepGainMap: () => Sharp }

/** Opens a JPEG, whose gain map `draw` can keep. No other image may be decoded meanwhile. */
export async function withGainMap(
  path: string,
  maxPixels: number,
  draw: (image: GainMapSharp) => Promise<Buffer>,
): Promise<Buffer> {
  sharp.unblock(gainMapLoader)
  try {
    const image = sharp(path, { ...openOptions, limitInputPixels: maxPixels })
    return await draw(image as GainMapSharp)
  } finally {
    sharp.block(gainMapLoader)
  }
}

/** Opens an image to read only its header, whatever size it declares. */
export function openHeader(path: string, format: OriginalFormat, page = 0): Sharp {
  return sharp(toInput(path, format), { ...openOptions, page, limitInputPixels: false })
}

function toInput(path: string, format: OriginalFormat): string | Buffer {
  return readers[format].toInput?.(path) ?? path
}
