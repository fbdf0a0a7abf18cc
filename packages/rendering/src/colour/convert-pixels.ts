import type { ColourTag } from './colour-tag.ts'
import { type Matrix, type Vector, isIdentity } from './matrix.ts'
import { type Primaries, bt709 } from './primaries.ts'
import { type Transform, createTransform } from './transform.ts'
import { lightToSrgb } from './transfers.ts'

/** Samples of eight or sixteen bits, row by row. */
export type Pixels = {
  readonly data: Uint8Array | Uint16Array
  /** Grey, or red, green and blue; with or without alpha after them. */
  readonly channels: 1 | 2 | 3 | 4
}

export type Conversion = {
  /** undefined: sRGB. */
  readonly tag: ColourTag | undefined
  /** True if the colour samples have the limited range. */
  readonly isLimited: boolean
  /** True if the alpha samples have the limited range. */
  readonly isAlphaLimited: boolean
  /** Primaries of the result, which has the curve of sRGB; those of sRGB unless set. */
  readonly target?: Primaries | undefined
}

/** Converts pixels to sRGB, or to other primaries with its curve, with eight bits and full range. Converts those of eight bits in place. */
export function convertPixels(pixels: Pixels, conversion: Conversion): Uint8Array {
  const { data, channels } = pixels
  const { tag, isLimited, isAlphaLimited, target = bt709 } = conversion
  const result = data instanceof Uint8Array ? data : new Uint8Array(data.length)
  const levels = 2 ** (8 * data.BYTES_PER_ELEMENT)
  const colours = channels < 3 ? 1 : 3
  const transform = tag && createTransform(tag, target)
  createConverter(sharesOf(levels, isLimited), transform, colours)(pixels, result)
  if (channels > colours) {
    const alphas = Uint8Array.from(sharesOf(levels, isAlphaLimited), toByte)
    for (let at = colours; at < data.length; at += channels) {
      result[at] = alphas[data[at] ?? 0] ?? 0
    }
  }
  return result
}

/** Levels of black and white in the limited range of eight bits: ITU-R BT.709-6, item 3.4. */
const limited = { black: 16, white: 235 } as const

/** Returns the value of each level of a sample, 0 to 1. */
function sharesOf(levels: number, isLimited: boolean): Float64Array {
  const black = isLimited ? (limited.black * levels) / 256 : 0
  const white = isLimited ? (limited.white * levels) / 256 : levels - 1
  return Float64Array.from({ length: levels }, (_, level) =>
    Math.min(1, Math.max(0, (level - black) / (white - black))),
  )
}

/** Converts the colours of all pixels. */
type Converter = (pixels: Pixels, result: Uint8Array) => void

function createConverter(
  shares: Float64Array,
  transform: Transform | undefined,
  colours: 1 | 3,
): Converter {
  if (transform === undefined) return createLookup(shares, colours)
  const { mix } = transform
  const linear = shares.map(transform.toLinear)
  if (typeof mix === 'function') {
    return colours === 3
      ? createMixer(linear, mix)
      : createLookup(
          linear.map((light) => lightToSrgb(mix([light, light, light])[1])),
          1,
        )
  }
  const keepsChannels = colours === 1 || isIdentity(mix)
  return keepsChannels
    ? createLookup(linear.map(lightToSrgb), colours)
    : createMatrixMixer(linear, mix)
}

function createLookup(values: Float64Array, colours: 1 | 3): Converter {
  const bytes = Uint8Array.from(values, toByte)
  return ({ data, channels }, result) => {
    for (let at = 0; at < data.length; at += channels) {
      result[at] = bytes[data[at] ?? 0] ?? 0
      if (colours === 1) continue
      result[at + 1] = bytes[data[at + 1] ?? 0] ?? 0
      result[at + 2] = bytes[data[at + 2] ?? 0] ?? 0
    }
  }
}

function createMixer(linear: Float64Array, mix: (linear: Vector) => Vector): Converter {
  return ({ data, channels }, result) => {
    const lightAt = (at: number) => linear[data[at] ?? 0] ?? 0
    for (let at = 0; at < data.length; at += channels) {
      const mixed = mix([lightAt(at), lightAt(at + 1), lightAt(at + 2)])
      result[at] = toCoded(mixed[0])
      result[at + 1] = toCoded(mixed[1])
      result[at + 2] = toCoded(mixed[2])
    }
  }
}

/** Like `createMixer`, without allocating a vector per pixel: several times as fast. */
function createMatrixMixer(linear: Float64Array, [forRed, forGreen, forBlue]: Matrix): Converter {
  const [rr, rg, rb] = forRed
  const [gr, gg, gb] = forGreen
  const [br, bg, bb] = forBlue
  return ({ data, channels }, result) => {
    for (let at = 0; at < data.length; at += channels) {
      const red = linear[data[at] ?? 0] ?? 0
      const green = linear[data[at + 1] ?? 0] ?? 0
      const blue = linear[data[at + 2] ?? 0] ?? 0
      result[at] = toCoded(rr * red + rg * green + rb * blue)
      result[at + 1] = toCoded(gr * red + gg * green + gb * blue)
      result[at + 2] = toCoded(br * red + bg * green + bb * blue)
    }
  }
}

/** Resolution of the table: a twentieth of a level in the steepest part of the sRGB curve. */
const steps = 65_535
const codedBytes = Uint8Array.from({ length: steps + 1 }, (_, step) =>
  toByte(lightToSrgb(step / steps)),
)

function toCoded(light: number): number {
  return codedBytes[Math.round(steps * Math.min(1, Math.max(0, light)))] ?? 0
}

function toByte(share: number): number {
  return Math.round(255 * Math.min(1, Math.max(0, share)))
}
