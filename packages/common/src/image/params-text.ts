import { param } from './param.ts'
import { type Colour, parseColour, transparent, white } from './values/background.ts'
import { parseWhole } from './values/decimal.ts'
import { type Point, center, formatGravity, gravityNames, parseGravity } from './values/gravity.ts'
import { parseText } from './values/text.ts'
import { type TextFont, parseTextFont } from './values/text-font.ts'

const colours = 'RRGGBB or RRGGBBAA, not wholly transparent'

/** Options of a text over the image. They matter only beside `text`. */
export const textParams = {
  text: param.bytes<string | undefined>({
    name: 'text',
    default: undefined,
    expected: 'a text of at most 200 characters without control characters',
    parse: parseText,
    format: (text) => text ?? '',
    description:
      'Writes a text over the image, in as many lines as it needs, and smaller if it does not fit.',
  }),
  textSize: param.bytes<number | undefined>({
    name: 'text_size',
    default: undefined,
    expected: 'a whole number of pixels from 4 to 1000',
    parse: (text) => parseWhole(text, { min: 4, max: 1000 }),
    format: (size) => (size === undefined ? '' : String(size)),
    scale: (size, scale) => size && size * scale,
    description: 'The size of the text; a tenth of the shorter side of the image without it.',
  }),
  textFont: param.bytes<TextFont | undefined>({
    name: 'text_font',
    default: undefined,
    expected: 'the name of a configured font',
    parse: parseTextFont,
    format: (font) => font ?? '',
    description: 'A font of the configuration; Noto Sans without it.',
  }),
  textColor: param.bytes<Colour>({
    name: 'text_color',
    default: white,
    expected: colours,
    parse: parseVisible,
    description: 'The colour of the text.',
  }),
  textGravity: param.bytes<Point>({
    name: 'text_gravity',
    default: center,
    expected: `${gravityNames.join(', ')}, or two fractions from 0 to 1 such as 0.5,0.25`,
    parse: parsePoint,
    format: formatGravity,
    description: 'The place of the text, and the side at which its lines begin.',
  }),
  textBackground: param.bytes<Colour | undefined>({
    name: 'text_background',
    default: undefined,
    expected: colours,
    parse: parseVisible,
    format: (colour) => colour ?? '',
    description: 'The colour of a box behind the text.',
  }),
} as const

function parseVisible(text: string): Colour | undefined {
  const colour = parseColour(text)
  return colour === transparent ? undefined : colour
}

function parsePoint(text: string): Point | undefined {
  const gravity = parseGravity(text)
  return typeof gravity === 'object' ? gravity : undefined
}
