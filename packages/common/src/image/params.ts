import type { FormatFacts } from './formats.ts'
import {
  type Gravity,
  center,
  formatGravity,
  gravityNames,
  parseGravity,
} from './values/gravity.ts'
import { type Rect, formatRect, parseRect } from './values/rect.ts'
import { type Degrees, type Flip, degrees, flips, parseDegrees } from './values/turn.ts'

export const fits = ['clip', 'crop', 'canvas', 'cover'] as const
/** Fit of the image into the box; see docs/url-grammar.md. */
export type Fit = (typeof fits)[number]

/** An integer from 0 to 100, or `auto`: the quality of the original. */
export type Quality = number | 'auto'

/** One option of a sized request. */
type Param<Value, Affects extends 'bytes' | 'answer'> = {
  /** Name in the query. */
  readonly name: string
  readonly default: Value
  /** Completes "must be ..." in an error detail. */
  readonly expected: string
  /** Returns undefined if `text` is not a value of this option. */
  readonly parse: (text: string) => Value | undefined
  /** Inverse of `parse`. Equal values have the same text. */
  readonly format: (value: Value) => string
  /**
   * `bytes`: the option is a field of every variant and part of its key, its row and its jobs. `answer`: the option
   * only changes how a request is answered.
   */
  readonly affects: Affects
  /** Formats that have the option; all, if absent. In other formats the variant has the default. */
  readonly appliesTo?: (format: FormatFacts) => boolean
  /** Multiplies lengths by the scale of the address. Absent for options without lengths. */
  readonly scale?: (value: Value, scale: number) => Value
  /** Sentence for the documentation of addresses. */
  readonly description: string
}

type Row<Value> = Omit<Param<Value, 'bytes'>, 'affects' | 'format'> &
  Partial<Pick<Param<Value, 'bytes'>, 'format'>>

const param = {
  bytes: <Value>(row: Row<Value>): Param<Value, 'bytes'> => ({
    format: String,
    ...row,
    affects: 'bytes',
  }),
  answer: <Value>(row: Row<Value>): Param<Value, 'answer'> => ({
    format: String,
    ...row,
    affects: 'answer',
  }),
}

const boolean = { expected: 'true or false', parse: parseBoolean } as const
const flag = { ...boolean, default: false } as const

/**
 * Every option of a sized request. The types, the query grammar, the variant's fields, the key, the link row and the
 * job schema derive from this table. `relevance.ts` says which options matter beside which others.
 */
export const params = {
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
    expected: `${gravityNames.join(', ')}, or two fractions from 0 to 1 such as 0.5,0.25`,
    parse: parseGravity,
    format: formatGravity,
    description:
      'The point that a crop brings as near to its middle as possible; on a canvas, the share of the free space.',
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
  blur: param.bytes<boolean>({
    ...flag,
    name: 'blur',
    description: 'Blurs the image, by the sigma that the operator has set.',
  }),
  quality: param.bytes<Quality>({
    name: 'quality',
    default: 'auto',
    expected: 'an integer from 0 to 100, or auto',
    parse: parseQuality,
    appliesTo: ({ lossy }) => lossy,
    description: 'The quality of a lossy encoding; `auto` is that of the original.',
  }),
  allowWebp: param.answer<boolean>({
    ...flag,
    name: 'allow_webp',
    description: 'Answers in WebP if the client accepts it.',
  }),
  proxy: param.answer<boolean>({
    ...flag,
    name: 'proxy',
    description: 'Serves a hit through the service instead of a redirect.',
  }),
} as const

type Params = typeof params
export type ParamKey = keyof Params
type ValueOf<P> = P extends Param<infer Value, 'bytes' | 'answer'> ? Value : never

/** Options of a sized request with defaults filled in. */
export type ImageOptions = { readonly [Key in ParamKey]: ValueOf<Params[Key]> }

/** Options that change the bytes. */
export type VariantOptions = Pick<
  ImageOptions,
  { [Key in ParamKey]: Params[Key] extends { affects: 'bytes' } ? Key : never }[ParamKey]
>

/** A row of the table for any value, for code that treats all options alike. */
export type AnyParam = Omit<Param<unknown, 'bytes' | 'answer'>, 'format' | 'scale'> & {
  readonly format: (value: unknown) => string
  readonly scale?: (value: unknown, scale: number) => unknown
}

export const paramKeys = Object.keys(params) as readonly ParamKey[]

export function paramOf(key: ParamKey): AnyParam {
  return params[key] as unknown as AnyParam
}

/** Keys of the options that change the bytes, in the order of the table. */
export const variantOptionKeys = paramKeys.filter(
  (key): key is keyof VariantOptions => params[key].affects === 'bytes',
)

export const defaultOptions = Object.fromEntries(
  paramKeys.map((key) => [key, params[key].default]),
) as ImageOptions

export const defaultVariantOptions = Object.fromEntries(
  variantOptionKeys.map((key) => [key, params[key].default]),
) as VariantOptions

function parseBoolean(text: string): boolean | undefined {
  return text === 'true' ? true : text === 'false' ? false : undefined
}

function parseQuality(text: string): Quality | undefined {
  if (text === 'auto') return 'auto'
  return /^(?:0|[1-9]\d?|100)$/.test(text) ? Number(text) : undefined
}
