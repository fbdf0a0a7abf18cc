import { type Vector, dot } from './matrix.ts'
import type { Transfer } from './transfers.ts'

/** Luminance of diffuse white, cd/m2: ITU-R BT.2408-7, table 1. The unit of light in this file. */
const whiteNits = 203
/** Luminance of the brightest white if a file does not declare it, cd/m2: BT.2100-3, table 5. */
export const nominalPeakNits = 1000

/** PQ, from a coded value to light in diffuse whites: ITU-R BT.2100-3, table 4. */
const pqToLight: Transfer = (coded) => {
  const m1 = 2610 / 16_384
  const m2 = (2523 / 4096) * 128
  const c1 = 3424 / 4096
  const c2 = (2413 / 4096) * 32
  const c3 = (2392 / 4096) * 32
  const root = coded ** (1 / m2)
  return (10_000 / whiteNits) * (Math.max(root - c1, 0) / (c2 - c3 * root)) ** (1 / m1)
}

/** Inverse OETF of HLG, from a coded value to scene light, 0 to 1: ITU-R BT.2100-3, table 5. */
const hlgToScene: Transfer = (coded) => {
  const a = 0.178_832_77
  const b = 1 - 4 * a
  const c = 0.5 - a * Math.log(4 * a)
  return coded <= 0.5 ? coded ** 2 / 3 : (Math.exp((coded - c) / a) + b) / 12
}

/** Luminance weights of linear RGB: BT.2020-2, table 4. */
const luminance: Vector = [0.2627, 0.678, 0.0593]

/** OOTF of HLG at the nominal peak, from scene light to display light in diffuse whites: BT.2100-3, table 5. */
function sceneToScreen(scene: Vector): Vector {
  const gain = (nominalPeakNits / whiteNits) * dot(luminance, scene) ** 0.2
  return [scene[0] * gain, scene[1] * gain, scene[2] * gain]
}

/** Functions that decode a signal of high dynamic range. */
export type HighDynamicRange = {
  readonly toLinear: Transfer
  /** Maps linear RGB with the primaries of BT.2020, in diffuse whites. */
  readonly toScreen: (linear: Vector) => Vector
}

/** TransferCharacteristics of high dynamic range: ITU-T H.273 (2024), table 3. */
export const highDynamicRangesByCode: ReadonlyMap<number, HighDynamicRange> = new Map([
  [16, { toLinear: pqToLight, toScreen: (linear) => linear }],
  [18, { toLinear: hlgToScene, toScreen: sceneToScreen }],
])

/**
 * Returns the curve that maps light of up to `peakNits` to a display of standard range, 0 to 1: the reference white
 * tone mapping of SMPTE ST 2094-50, annex C, which Chromium uses. Scales light up to diffuse white by a factor; above
 * it, a quadratic Bezier curve leads to 1 at the peak.
 */
export function createToneCurve(peakNits: number): (light: number) => number {
  const headroom = Math.log2(peakNits / whiteNits)
  if (headroom <= 0) return (light) => Math.min(1, light)
  const kappa = 0.65
  const yKnee = 1 - 0.5 * Math.min(1, headroom / Math.log2(nominalPeakNits / whiteNits))
  const xMax = peakNits / whiteNits
  const xMid = 1 - kappa + kappa / yKnee
  const yMid = (1 - kappa) * yKnee + kappa
  // x of the curve is a t^2 + b t + 1.
  const a = 1 - 2 * xMid + xMax
  const b = 2 * (xMid - 1)
  return (light) => {
    if (light <= 1) return light * yKnee
    if (light >= xMax) return 1
    const from = light - 1
    const t = Math.abs(a) < 1e-9 ? from / b : (Math.sqrt(b * b + 4 * a * from) - b) / (2 * a)
    return (1 - t) ** 2 * yKnee + 2 * t * (1 - t) * yMid + t * t
  }
}

/** Applies a tone curve to the brightest of three channels and the same gain to all, which preserves the hue. */
export function mapTones(light: Vector, toneCurve: (light: number) => number): Vector {
  const brightest = Math.max(...light)
  if (brightest <= 0) return [0, 0, 0]
  const gain = toneCurve(brightest) / brightest
  return [light[0] * gain, light[1] * gain, light[2] * gain]
}
