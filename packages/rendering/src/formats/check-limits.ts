import { AppError } from '@iaas/common/errors'
import { type Size, mostFrames } from '@iaas/common/image'
import type { SourceFacts } from './source-facts.ts'

/** No output format holds a longer side, and decoders allocate memory per row. */
const maxSide = 65_500

/** Checks a number of pages. @throws AppError IMAGE_TOO_COSTLY */
export function checkPages(pages: number): void {
  if (pages <= mostFrames) return
  throw new AppError('IMAGE_TOO_COSTLY', `An image may have at most ${mostFrames} frames or pages.`)
}

/** Maximum number of channels, colours and transparency. TIFF may have any number, which no step can process. */
const mostChannels = { grey: 2, rgb: 4, other: 5 } as const

export function checkChannels(channels: number, colours: SourceFacts['colours']): void {
  if (channels <= mostChannels[colours]) return
  throw new AppError(
    'IMAGE_UNSUPPORTED',
    `The image has ${channels} channels, more than its colours need; this is not supported.`,
  )
}

/** Spaces whose meaning is known at 32 bits per channel. Any other would render black. */
const deepSpaces: ReadonlySet<string> = new Set(['scrgb', 'lab', 'xyz'])

export function checkDepth(bytesPerChannel: number, space: string): void {
  if (bytesPerChannel <= 2 || deepSpaces.has(space)) return
  throw new AppError(
    'IMAGE_UNSUPPORTED',
    `The image has ${8 * bytesPerChannel} bits a channel, which is supported for RGB, Lab and XYZ in floating point only.`,
  )
}

export function checkSize({ width, height }: Size, maxPixels: number): void {
  if (width * height > maxPixels) {
    const megapixels = Math.ceil((width * height) / 1e4) / 100
    throw new AppError(
      'IMAGE_TOO_LARGE',
      `The image has ${width} x ${height} pixels (${megapixels} megapixels); at most ${maxPixels / 1e6} megapixels are allowed (\`constraints.max_input\`).`,
    )
  }
  if (Math.max(width, height) > maxSide) {
    throw new AppError(
      'IMAGE_TOO_LARGE',
      `The image has ${width} x ${height} pixels; no side may have more than ${maxSide}.`,
    )
  }
}
