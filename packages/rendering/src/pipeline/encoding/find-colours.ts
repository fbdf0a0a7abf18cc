import type { Pixels } from './pixels.ts'

/** Distinct colours of an image. */
export type Colours = {
  readonly count: number
  /** undefined if there are more colours than a palette holds. */
  readonly indexed: Indexed | undefined
}

/** An image as entries of a palette. */
export type Indexed = {
  /** RGBA, with red in the lowest byte; at most 256 entries. */
  readonly palette: readonly number[]
  /** Palette index of each pixel, row by row. */
  readonly indexes: Uint8Array
  readonly width: number
  readonly height: number
}

const paletteSize = 256

/**
 * Counts distinct colours up to `limit` in one pass, which ends early for photographs.
 *
 * @param limit a power of two
 * @returns undefined if there are more
 */
export function findColours(pixels: Pixels, limit: number): Colours | undefined {
  const { width, height } = pixels
  const slots = 4 * limit
  const colours = new Uint32Array(slots)
  // 0 marks an empty slot; other values are the index of the colour plus one.
  const places = new Uint16Array(slots)
  const indexes = new Uint8Array(width * height)
  const palette: number[] = []
  let count = 0
  let [last, lastIndex] = [-1, 0]
  for (let pixel = 0; pixel < indexes.length; pixel += 1) {
    const colour = readColour(pixels, pixel)
    if (colour !== last) {
      let slot = hash(colour) & (slots - 1)
      while (places[slot] !== 0 && colours[slot] !== colour) slot = (slot + 1) & (slots - 1)
      if (places[slot] === 0) {
        if (count === limit) return undefined
        count += 1
        colours[slot] = colour
        places[slot] = count
        if (count <= paletteSize) palette.push(colour)
      }
      last = colour
      lastIndex = (places[slot] ?? 1) - 1
    }
    indexes[pixel] = lastIndex
  }
  return { count, indexed: count > paletteSize ? undefined : { palette, indexes, width, height } }
}

function readColour({ data, channels }: Pixels, pixel: number): number {
  const at = pixel * channels
  const first = data[at] ?? 0
  if (channels < 3) return toGrey(first, channels === 2 ? (data[at + 1] ?? 0) : 255)
  const alpha = channels === 4 ? (data[at + 3] ?? 0) : 255
  return (first | ((data[at + 1] ?? 0) << 8) | ((data[at + 2] ?? 0) << 16) | (alpha << 24)) >>> 0
}

function toGrey(level: number, alpha: number): number {
  return ((level * 0x01_01_01) | (alpha << 24)) >>> 0
}

/** Multiplicative hashing: the high bits are well mixed. */
function hash(colour: number): number {
  return Math.imul(colour, 0x9e_37_79_b1) >>> 12
}
