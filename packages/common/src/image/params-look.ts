import { flag, param, share } from './param.ts'
import { parseBackground } from './values/background.ts'
import type { Background } from './values/background.ts'
import { parseDecimal, parseWhole, roundDecimal } from './values/decimal.ts'
import {
  type Watermark,
  formatWatermark,
  parseWatermark,
  scaleWatermark,
} from './values/watermark.ts'

/** True: slightly. A number: the sigma in px. */
export type Strength = boolean | number

/** A length in px, or `max`: half of the shorter side. */
export type Radius = number | 'max'

/** Options that change colours, details and what surrounds the image. */
export const lookParams = {
  brightness: param.bytes<number>(share('brightness', 'Multiplies every colour, as in CSS.')),
  contrast: param.bytes<number>(share('contrast', 'Moves every colour away from or towards grey.')),
  saturation: param.bytes<number>(
    share('saturation', 'Strengthens or weakens the colours; 0 is grey.'),
  ),
  hue: param.bytes<number>({
    name: 'hue',
    default: 0,
    expected: 'a whole number of degrees from 0 to 359',
    parse: (text) => parseWhole(text, { min: 0, max: 359 }),
    description: 'Turns the colours around the colour wheel, in degrees.',
  }),
  grayscale: param.bytes<boolean>({
    ...flag,
    name: 'grayscale',
    description: 'Leaves only the brightness.',
  }),
  negate: param.bytes<boolean>({ ...flag, name: 'negate', description: 'Inverts the colours.' }),
  blur: param.bytes<Strength>({
    name: 'blur',
    default: false,
    expected: 'true, false, or a sigma from 0.3 to 100 px',
    parse: (text) => parseStrength(text, 100),
    scale: scaleStrength,
    description: 'Blurs the image: by the sigma that the operator has set, or by one in px.',
  }),
  sharpen: param.bytes<Strength>({
    name: 'sharpen',
    default: false,
    expected: 'true, false, or a sigma from 0.3 to 10 px',
    parse: (text) => parseStrength(text, 10),
    scale: scaleStrength,
    description: 'Sharpens the image slightly, or by a sigma in px.',
  }),
  pixelate: param.bytes<number | undefined>({
    name: 'pixelate',
    default: undefined,
    expected: 'a whole number of pixels from 2 to 200',
    parse: (text) => parseWhole(text, { min: 2, max: 200 }),
    scale: (size, scale) => size && size * scale,
    description: 'Replaces squares of this size by their mean colour.',
  }),
  background: param.bytes<Background | undefined>({
    name: 'background',
    default: undefined,
    expected: 'RRGGBB, RRGGBBAA, transparent, blur or auto',
    parse: parseBackground,
    description:
      'A colour behind the whole image, its bars and its padding. `blur` and `auto` fill bars and padding only.',
  }),
  radius: param.bytes<Radius>({
    name: 'radius',
    default: 0,
    expected: 'a whole number of pixels up to 65500, or max',
    parse: (text) => (text === 'max' ? text : parseWhole(text, { min: 0, max: 65_500 })),
    scale: (radius, scale) => (radius === 'max' ? radius : radius * scale),
    description: 'Rounds the corners; `max` makes a circle or a pill.',
  }),
  watermark: param.bytes<Watermark | undefined>({
    name: 'watermark',
    default: undefined,
    expected: 'NAME, or NAME,gravity,opacity,scale such as logo,north,0.5,0.2',
    parse: parseWatermark,
    format: (watermark) => (watermark === undefined ? '' : formatWatermark(watermark)),
    scale: (watermark, scale) => watermark && scaleWatermark(watermark, scale),
    description:
      'Draws an overlay that the operator has configured. Gravity, opacity from 0 to 1, and the share of the image that it fits into, from 0.01 to 1, can be changed.',
  }),
} as const

function parseStrength(text: string, max: number): Strength | undefined {
  if (text === 'false') return false
  return text === 'true' ? true : parseDecimal(text, { min: 0.3, max })
}

function scaleStrength(strength: Strength, scale: number): Strength {
  return typeof strength === 'number' ? roundDecimal(strength * scale) : strength
}
