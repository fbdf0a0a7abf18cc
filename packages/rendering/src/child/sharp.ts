import type { OriginalFormat } from '@iaas/common/image'
import sharp, { type Sharp, type SharpOptions } from 'sharp'
import { toKnownBrand } from '../avif/brand.ts'
import { type SourceFacts } from './source-facts.ts'

/** The loaders of the accepted formats; every other one stays blocked, so that no other parser sees foreign bytes. */
const allowedLoaders = ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Heif', 'Tiff'].map(
  (name) => `VipsForeignLoad${name}`,
)

/** One picture at a time, and nothing remembered: a child renders for many and dies at any moment. */
export function configureSharp(): void {
  sharp.concurrency(1)
  sharp.cache(false)
  sharp.block({ operation: ['VipsForeignLoad'] })
  sharp.unblock({ operation: allowedLoaders })
}

/** More than red, green, blue or cyan, magenta, yellow, black, each with alpha, is no picture of ours. */
const maxChannels = 5

const openOptions = {
  failOn: 'error',
  limitInputChannels: maxChannels,
  pages: 1,
  sequentialRead: true,
} as const satisfies SharpOptions

/** Opens an image to be decoded. `maxPixels` guards a second time what was checked from the header. */
export async function openImage(
  path: string,
  maxPixels: number,
  source: SourceFacts,
): Promise<Sharp> {
  const { amendment } = source
  const ignoreIcc = amendment?.ignoresProfile === true
  const failOn = amendment?.endsEarly === true ? 'none' : openOptions.failOn
  const image = sharp(toInput(path, source.format), {
    ...openOptions,
    failOn,
    limitInputPixels: maxPixels,
    ignoreIcc,
  })
  return amendment === undefined ? image : amendment.apply(image)
}

/**
 * The same, to be shown in sRGB. Whatever has sixteen bits and a profile, sharp takes to Display P3 first, whose numbers would
 * be taken for those of sRGB in the end: such a picture is taken to sRGB before anything else.
 */
export async function openForDisplay(
  path: string,
  maxPixels: number,
  source: SourceFacts,
): Promise<Sharp> {
  const image = await openImage(path, maxPixels, source)
  const isDeepColour = source.isDeep && source.colours === 'rgb'
  return isDeepColour ? image.pipelineColourspace('srgb') : image
}

/** Opens a picture for its header only, however large it says it is. */
export function openHeader(path: string, format: OriginalFormat): Sharp {
  return sharp(toInput(path, format), { ...openOptions, limitInputPixels: false })
}

function toInput(path: string, format: OriginalFormat): string | Buffer {
  return format === 'avif' ? toKnownBrand(path) : path
}
