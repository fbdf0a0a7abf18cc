import { AppError } from '../errors.ts'
import type { FormatFacts } from './formats.ts'

export const fits = ['clip', 'crop', 'canvas', 'cover'] as const
/** Fit of the image into the box; see docs/url-grammar.md. */
export type Fit = (typeof fits)[number]

/** An integer from 0 to 100, or `auto`: the quality of the original. */
export type Quality = number | 'auto'

type Scalar = string | number | boolean

/** One option of a sized request. */
type Param<Value extends Scalar, Affects extends 'bytes' | 'answer'> = {
  /** Name in the query. */
  readonly name: string
  readonly default: Value
  /** Completes "must be ..." in an error detail. */
  readonly expected: string
  /** Returns undefined if `text` is not a value of this option. The inverse is `String`. */
  readonly parse: (text: string) => Value | undefined
  /**
   * `bytes`: the option is a field of every variant and part of its key, its row and its jobs. `answer`: the option
   * only changes how a request is answered.
   */
  readonly affects: Affects
  /** Formats that have the option; all, if absent. In other formats the variant has the default. */
  readonly appliesTo?: (format: FormatFacts) => boolean
  /** Sentence for the documentation of addresses. */
  readonly description: string
}

type Row<Value extends Scalar> = Omit<Param<Value, 'bytes'>, 'affects'>

const param = {
  bytes: <Value extends Scalar>(row: Row<Value>): Param<Value, 'bytes'> => ({
    ...row,
    affects: 'bytes',
  }),
  answer: <Value extends Scalar>(row: Row<Value>): Param<Value, 'answer'> => ({
    ...row,
    affects: 'answer',
  }),
}

const flag = { default: false, expected: 'true or false', parse: parseBoolean } as const

/**
 * Every option of a sized request. The types, the query grammar, the variant's fields, the key, the link row and the
 * job schema derive from this table.
 */
export const params = {
  fit: param.bytes<Fit>({
    name: 'fit',
    default: 'clip',
    expected: fits.join(', '),
    parse: (text) => fits.find((fit) => fit === text.toLowerCase()),
    description: 'How the image is brought into the box.',
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
type ParamKey = keyof Params
type ValueOf<P> = P extends Param<infer Value, 'bytes' | 'answer'> ? Value : never

/** Options of a sized request with defaults filled in. */
export type ImageOptions = { readonly [Key in ParamKey]: ValueOf<Params[Key]> }

/** Options that change the bytes. */
export type VariantOptions = Pick<
  ImageOptions,
  { [Key in ParamKey]: Params[Key] extends { affects: 'bytes' } ? Key : never }[ParamKey]
>

const paramKeys = Object.keys(params) as ParamKey[]
/** Keys of the options that change the bytes, in the order of the table. */
export const variantOptionKeys = paramKeys.filter(
  (key): key is keyof VariantOptions => params[key].affects === 'bytes',
)

const keyByName: ReadonlyMap<string, ParamKey> = new Map(
  paramKeys.map((key) => [params[key].name, key]),
)

export const defaultOptions = Object.fromEntries(
  paramKeys.map((key) => [key, params[key].default]),
) as ImageOptions

export const defaultVariantOptions = Object.fromEntries(
  variantOptionKeys.map((key) => [key, params[key].default]),
) as VariantOptions

/** Query parameters in the order of the URL, percent-decoded. */
export type Query = Iterable<readonly [name: string, value: string]>

/**
 * Parses the options; ignores unknown names.
 *
 * @throws AppError INVALID_OPTION for a repeated option or an invalid value
 */
export function parseOptions(query: Query): ImageOptions {
  const values = collectValues(query)
  if (values.size === 0) return defaultOptions
  const options: Record<string, Scalar> = { ...defaultOptions }
  for (const key of paramKeys) {
    const value = values.get(key)
    if (value === undefined) continue
    const { name, expected, parse } = params[key]
    const parsed = parse(value)
    if (parsed === undefined) {
      throw invalidOption(`"${name}" must be ${expected}; received "${shorten(value)}".`)
    }
    options[key] = parsed
  }
  return options as ImageOptions
}

/** Returns the options that differ from their defaults, as query parameters in the order of the table. */
export function formatOptions(options: ImageOptions): readonly (readonly [string, string])[] {
  return paramKeys
    .filter((key) => options[key] !== defaultOptions[key])
    .map((key) => [params[key].name, String(options[key])] as const)
}

function collectValues(query: Query): ReadonlyMap<ParamKey, string> {
  const values = new Map<ParamKey, string>()
  for (const [name, value] of query) {
    const key = keyByName.get(name)
    if (key === undefined) continue
    if (values.has(key)) throw invalidOption(`"${name}" is given more than once.`)
    values.set(key, value)
  }
  return values
}

function parseBoolean(text: string): boolean | undefined {
  return text === 'true' ? true : text === 'false' ? false : undefined
}

function parseQuality(text: string): Quality | undefined {
  if (text === 'auto') return 'auto'
  return /^(?:0|[1-9]\d?|100)$/.test(text) ? Number(text) : undefined
}

function shorten(value: string): string {
  return value.length > 40 ? `${value.slice(0, 40)}…` : value
}

function invalidOption(message: string): AppError {
  return new AppError('INVALID_OPTION', `The option ${message}`)
}
