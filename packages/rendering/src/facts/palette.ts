import type { ImageFacts } from '@iaas/common/image-facts'
import sharp from 'sharp'

/** Pixels whose alpha is lower have no colour of their own. */
const leastAlpha = 128
const paletteSize = 6
/** The quantiser has palettes of 16 colours, but none of 6. */
const quantizedSize = 16

type Swatch = { readonly rgb: readonly number[]; readonly pixels: number }

/** Returns the mean colour, weighted by alpha; null if every pixel is transparent. */
export function averageColour(rgba: Buffer): string | null {
  const sums = [0, 0, 0]
  let weight = 0
  for (let at = 0; at < rgba.length; at += 4) {
    const alpha = rgba[at + 3] ?? 0
    weight += alpha
    for (const channel of [0, 1, 2]) {
      sums[channel] = (sums[channel] ?? 0) + alpha * (rgba[at + channel] ?? 0)
    }
  }
  return weight === 0 ? null : toHex(sums.map((sum) => sum / weight))
}

/** Returns at most six colours that stand for the opaque pixels, the most frequent first, with their shares. */
export async function findPalette(rgba: Buffer): Promise<ImageFacts['palette']> {
  const opaque = keepOpaque(rgba)
  const count = opaque.length / 3
  if (count === 0) return []
  let swatches = await quantize(opaque)
  while (swatches.length > paletteSize) swatches = mergeClosest(swatches)
  return swatches
    .toSorted((one, other) => other.pixels - one.pixels)
    .map(({ rgb, pixels }) => ({
      colour: toHex(rgb),
      share: Math.round((pixels / count) * 1000) / 1000,
    }))
}

function keepOpaque(rgba: Buffer): Buffer {
  const opaque = Buffer.alloc((rgba.length / 4) * 3)
  let length = 0
  for (let at = 0; at < rgba.length; at += 4) {
    if ((rgba[at + 3] ?? 0) < leastAlpha) continue
    length += rgba.copy(opaque, length, at, at + 3)
  }
  return opaque.subarray(0, length)
}

async function quantize(opaque: Buffer): Promise<readonly Swatch[]> {
  const raw = { width: opaque.length / 3, height: 1, channels: 3 as const }
  const bytes = await sharp(opaque, { raw })
    .png({ palette: true, colours: quantizedSize, dither: 0 })
    .toBuffer()
  const { data, info } = await sharp(bytes)
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })
  const counts = new Map<number, number>()
  const isGrey = info.channels < 3
  for (let at = 0; at < data.length; at += info.channels) {
    const colour = isGrey ? (data[at] ?? 0) * 0x01_01_01 : data.readUIntBE(at, 3)
    counts.set(colour, (counts.get(colour) ?? 0) + 1)
  }
  return [...counts].map(([colour, pixels]) => ({
    rgb: [colour >> 16, (colour >> 8) & 0xff, colour & 0xff],
    pixels,
  }))
}

/** Merges the two colours whose merger changes the image least. */
function mergeClosest(swatches: readonly Swatch[]): readonly Swatch[] {
  const pairs = swatches.flatMap((one, index) =>
    swatches.slice(index + 1).map((other) => ({ one, other, loss: lossOf(one, other) })),
  )
  const [first, ...rest] = pairs
  if (first === undefined) return swatches
  const { one, other } = rest.reduce(
    (least, pair) => (pair.loss < least.loss ? pair : least),
    first,
  )
  const pixels = one.pixels + other.pixels
  const rgb = one.rgb.map(
    (level, channel) => (level * one.pixels + (other.rgb[channel] ?? 0) * other.pixels) / pixels,
  )
  return [...swatches.filter((each) => each !== one && each !== other), { rgb, pixels }]
}

/** Sum of the squared errors that a merger adds (Ward's method). */
function lossOf(one: Swatch, other: Swatch): number {
  const distance = one.rgb.reduce(
    (sum, level, channel) => sum + (level - (other.rgb[channel] ?? 0)) ** 2,
    0,
  )
  return (distance * one.pixels * other.pixels) / (one.pixels + other.pixels)
}

function toHex(channels: readonly number[]): string {
  return channels.map((level) => Math.round(level).toString(16).padStart(2, '0')).join('')
}
