import type { PngOptions, Sharp } from 'sharp'
import type { Encoding } from './encoding.ts'
import { findColours } from './find-colours.ts'
import { encodeIndexedPng } from './indexed-png.ts'
import { dropConstantChannels, openPixels, readPixels } from './pixels.ts'
import { mostGraphicColours, smallestOf } from './candidates.ts'
import { keepImageChunks } from '../../formats/png/write-chunks.ts'
import { quantize } from './quantize.ts'

/** Number of colours up to which a palette nearly always beats filters. */
const plainlyFew = 16

/** Writes PNG: grey if the source is, a palette if the image fits one, otherwise true colour. */
export async function encodePng(encoding: Encoding): Promise<Buffer> {
  const { draw, source, isUnscaled, attachments } = encoding
  const isGrey = source.colours === 'grey'
  // A lossy source has no palette to keep. A profile describes the channels of the source.
  if (!source.isLossless || attachments.icc !== undefined)
    return encodeTrue(encoding, async () => (await draw()).toColourspace(isGrey ? 'b-w' : 'srgb'))
  const pixels = dropConstantChannels(await readPixels(await draw(), isGrey && !source.hasAlpha))
  const colours = findColours(pixels, mostGraphicColours)
  const trueColour = () => encodeTrue(encoding, () => Promise.resolve(openPixels(pixels)))
  if (colours?.indexed !== undefined) {
    const indexed = await encodeIndexedPng(colours.indexed)
    return colours.count <= plainlyFew ? indexed : smallestOf([indexed, await trueColour()])
  }
  const isGraphic = colours !== undefined || source.isIndexed
  const quantized = isGraphic && !isUnscaled ? await quantize(pixels) : undefined
  return quantized === undefined ? trueColour() : smallestOf([quantized, await trueColour()])
}

/** Uses more effort only if the rendition is larger than its original. */
async function encodeTrue(
  { encoders, budgetBytes = Infinity }: Encoding,
  open: () => Promise<Sharp>,
): Promise<Buffer> {
  const { pngCompression: compressionLevel, pngFilters: adaptiveFiltering } = encoders
  const write = async (options: PngOptions) =>
    keepImageChunks(await (await open()).png(options).toBuffer())
  const first = await write({ compressionLevel, adaptiveFiltering })
  if (first.length <= budgetBytes) return first
  const harder = [true, false].map((filters) =>
    write({ compressionLevel: 9, adaptiveFiltering: filters }),
  )
  return smallestOf([first, ...(await Promise.all(harder))])
}
