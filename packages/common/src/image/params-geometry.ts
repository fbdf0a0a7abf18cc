import { boolean, param } from './param.ts'
import { parseDecimal, parseWhole } from './values/decimal.ts'
import {
  type Gravity,
  center,
  formatGravity,
  gravityNames,
  parseGravity,
} from './values/gravity.ts'
import {
  type Lengths,
  formatLengths,
  noLengths,
  parseLengths,
  scaleLengths,
} from './values/lengths.ts'
import { type Rect, formatRect, parseRect } from './values/rect.ts'
import { type Degrees, type Flip, degrees, flips, parseDegrees } from './values/turn.ts'

export const fits = ['clip', 'crop', 'canvas', 'cover'] as const
/** Fit of the image into the box; see docs/url-grammar.md. */
export type Fit = (typeof fits)[number]

/** Largest difference from the colour of the border that `trim` removes, 0 to 255; false: nothing is removed. */
export type Trim = number | false

/** Most frames or pages of an original. Decoders read the headers of all of them when they open a file. */
export const mostFrames = 5000

/** Threshold that `trim=true` stands for. */
const usualTrim = 10

/** Options that decide sizes and what is shown. */
export const geometryParams = {
  fit: param.bytes<Fit>({
    name: 'fit',
    default: 'clip',
    expected: fits.join(', '),
    parse: (text) => fits.find((fit) => fit === text.toLowerCase()),
    description: 'How the image is brought into the box.',
  }),
  gravity: param.bytes<Gravity>({
    name: 'gravity',
    default: center,
    expected: `${gravityNames.join(', ')}, smart, focal, or two fractions from 0 to 1 such as 0.5,0.25`,
    parse: parseGravity,
    format: formatGravity,
    description:
      'The point that a crop brings as near to its middle as possible; on a canvas, the share of the free space. `smart` looks for the most striking point, `focal` is the point that was set with the upload.',
  }),
  frame: param.bytes<number>({
    name: 'frame',
    default: 0,
    expected: `a whole number from 0 to ${mostFrames - 1}`,
    parse: (text) => parseWhole(text, { min: 0, max: mostFrames - 1 }),
    description:
      'The frame of an animation, or the page of a TIFF, that is shown as a still image; 0 is the first.',
  }),
  rect: param.bytes<Rect | undefined>({
    name: 'rect',
    default: undefined,
    expected:
      'left,top,width,height in whole pixels, or four fractions from 0 to 1 with a decimal point each',
    parse: parseRect,
    format: (rect) => (rect === undefined ? '' : formatRect(rect)),
    description:
      'Cuts the image out of the original first; what lies outside the original is left out.',
  }),
  trim: param.bytes<Trim>({
    name: 'trim',
    default: false,
    expected: 'true, false, or a threshold from 0 to 255',
    parse: parseTrim,
    description:
      'Removes an even border, in the colour of the first pixel, before anything is scaled.',
  }),
  rotate: param.bytes<Degrees>({
    name: 'rotate',
    default: 0,
    expected: degrees.join(', '),
    parse: parseDegrees,
    description: 'Rotates the image clockwise, after its EXIF orientation.',
  }),
  flip: param.bytes<Flip>({
    name: 'flip',
    default: 'none',
    expected: flips.join(', '),
    parse: (text) => flips.find((flip) => flip === text),
    description: 'Mirrors the image, after `rotate`.',
  }),
  enlarge: param.bytes<boolean>({
    ...boolean,
    name: 'enlarge',
    default: true,
    description: 'Scales an image up that is smaller than the box.',
  }),
  padding: param.bytes<Lengths>({
    name: 'padding',
    default: noLengths,
    expected: 'a whole number of pixels, or top,right,bottom,left; at most 65500 each',
    parse: parseLengths,
    format: formatLengths,
    scale: scaleLengths,
    description: 'Adds space around the result, outside the box.',
  }),
} as const

function parseTrim(text: string): Trim | undefined {
  if (text === 'false') return false
  return text === 'true' ? usualTrim : parseDecimal(text, { min: 0, max: 255 })
}
