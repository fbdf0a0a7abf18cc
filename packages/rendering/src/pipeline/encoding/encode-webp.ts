import type { Sharp, WebpOptions } from 'sharp'
import { mostGraphicColours, smallestOf } from './candidates.ts'
import type { Encoding } from './encoding.ts'
import { encodeWithin } from './encode-within.ts'
import { type Colours, findColours } from './find-colours.ts'
import { type Pixels, dropConstantChannels, openPixels, readPixels } from './pixels.ts'

/** Preprocessing of lossless WebP with an invisible effect. */
const nearLosslessLevel = 60
const hardestEffort = 6
/** An image with fewer pixels per colour is not a drawing. */
const pixelsPerColour = 4

/** Writes lossy WebP. For few colours, writes lossless or near-lossless WebP if that is smaller. */
export async function encodeWebp(encoding: Encoding): Promise<Buffer> {
  const { draw, source } = encoding
  if (!source.isLossless)
    return encodeLossy(encoding, async () => (await draw()).toColourspace('srgb'))
  const isGrey = source.colours === 'grey' && !source.hasAlpha
  const pixels = dropConstantChannels(await readPixels(await draw(), isGrey))
  const open = () => Promise.resolve(openPixels(pixels))
  const colours = findColours(pixels, mostGraphicColours)
  if (colours === undefined || !isGraphic(pixels, colours)) return encodeLossy(encoding, open)
  const lossless = await encodeLossless(encoding, open, colours)
  return smallestOf([lossless, await encodeLossy({ ...encoding, budgetBytes: undefined }, open)])
}

function encodeLossy(encoding: Encoding, open: () => Promise<Sharp>): Promise<Buffer> {
  const { webpEffort } = encoding.encoders
  return encodeWithin(encoding, async ({ quality, isHarder }) =>
    (await open()).webp({ quality, effort: isHarder ? hardestEffort : webpEffort }).toBuffer(),
  )
}

function isGraphic({ width, height }: Pixels, { count, indexed }: Colours): boolean {
  return indexed !== undefined || count * pixelsPerColour <= width * height
}

/** Encodes exactly if the image fits a palette. Uses more effort only if the rendition is larger than its original. */
async function encodeLossless(
  { encoders, budgetBytes = Infinity }: Encoding,
  open: () => Promise<Sharp>,
  { indexed }: Colours,
): Promise<Buffer> {
  const isExact = indexed !== undefined
  const write = async (options: WebpOptions) => (await open()).webp(options).toBuffer()
  const mode = isExact ? { lossless: true } : { nearLossless: true, quality: nearLosslessLevel }
  const bytes = await write({ ...mode, effort: encoders.webpEffort })
  if (bytes.length <= budgetBytes || !isExact) return bytes
  return smallestOf([bytes, await write({ lossless: true, quality: 100, effort: hardestEffort })])
}
