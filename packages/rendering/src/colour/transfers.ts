/** Maps a coded value to light, both 0 to 1. */
export type Transfer = (coded: number) => number

/** Decodes sRGB: IEC 61966-2-1. */
export const srgbToLight: Transfer = (coded) =>
  coded <= 0.04045 ? coded / 12.92 : ((coded + 0.055) / 1.055) ** 2.4

/** Inverse of `srgbToLight`. */
export const lightToSrgb: Transfer = (light) =>
  light <= 0.0031308 ? light * 12.92 : 1.055 * light ** (1 / 2.4) - 0.055

export function powerToLight(exponent: number): Transfer {
  return (coded) => coded ** exponent
}

/** Decodes video of BT.709 for the display that it is graded on: ITU-R BT.1886, annex 1, with a black of no light. */
const bt1886ToLight: Transfer = powerToLight(2.4)

/** Inverts the camera curve of SMPTE ST 240. */
const smpte240ToLight: Transfer = (coded) =>
  coded < 4 * 0.0228 ? coded / 4 : ((coded + 0.1115) / 1.1115) ** (1 / 0.45)

/** Decodes SMPTE ST 428-1, 4.3, scaled so that the white of 48 nits is 1. */
const smpte428ToLight: Transfer = (coded) => Math.min(1, (coded ** 2.6 * 52.37) / 48)

/**
 * TransferCharacteristics of standard dynamic range: ITU-T H.273 (2024), table 3. Omits the logarithmic curves (9 and
 * 10) and BT.1361 (12), which browsers do not know either.
 */
export const transfersByCode: ReadonlyMap<number, Transfer> = new Map([
  [1, bt1886ToLight],
  [4, powerToLight(2.2)],
  [5, powerToLight(2.8)],
  [6, bt1886ToLight],
  [7, smpte240ToLight],
  [8, powerToLight(1)],
  [11, bt1886ToLight],
  [13, srgbToLight],
  [14, bt1886ToLight],
  [15, bt1886ToLight],
  [17, smpte428ToLight],
])
