import { AppError } from '../errors.ts'

export const fits = ['clip', 'crop', 'canvas', 'cover'] as const
/** How the picture is brought into the box: CONTRACT "Options". */
export type Fit = (typeof fits)[number]

/** An integer from 0 to 100, or the quality of the original. */
export type Quality = number | 'auto'

/** The options of a sized request, defaults filled in. */
export type ImageOptions = {
  readonly fit: Fit
  readonly blur: boolean
  readonly quality: Quality
  /** Whether the client may be answered in WebP where it accepts that. */
  readonly allowWebp: boolean
  /** Whether a hit is served through the service rather than redirected. */
  readonly proxy: boolean
}

export const defaultOptions: ImageOptions = {
  fit: 'clip',
  blur: false,
  quality: 'auto',
  allowWebp: false,
  proxy: false,
}

/** One row an option: its name in the query, how its value is read and how it is written. */
type OptionRow<Key extends keyof ImageOptions> = {
  readonly name: string
  readonly expected: string
  /** undefined: not a value of this option. */
  readonly parse: (value: string) => ImageOptions[Key] | undefined
}

const rows: { readonly [Key in keyof ImageOptions]: OptionRow<Key> } = {
  fit: { name: 'fit', expected: fits.join(', '), parse: parseFit },
  blur: { name: 'blur', expected: 'true or false', parse: parseBoolean },
  quality: { name: 'quality', expected: 'an integer from 0 to 100, or auto', parse: parseQuality },
  allowWebp: { name: 'allow_webp', expected: 'true or false', parse: parseBoolean },
  proxy: { name: 'proxy', expected: 'true or false', parse: parseBoolean },
}

const optionKeys = Object.keys(rows) as (keyof ImageOptions)[]
const knownNames: ReadonlySet<string> = new Set(optionKeys.map((key) => rows[key].name))

/** Query parameters in the order of the URL, percent-decoded. */
export type Query = Iterable<readonly [name: string, value: string]>

/**
 * Reads the options; unknown names are ignored.
 *
 * @throws AppError INVALID_OPTION for a repeated option or a value that it does not have
 */
export function parseOptions(query: Query): ImageOptions {
  const values = collectValues(query)
  if (values.size === 0) return defaultOptions
  const options: Record<string, unknown> = { ...defaultOptions }
  for (const key of optionKeys) {
    const row = rows[key]
    const value = values.get(row.name)
    if (value === undefined) continue
    const parsed = row.parse(value)
    if (parsed === undefined) {
      throw invalidOption(`"${row.name}" must be ${row.expected}; received "${shorten(value)}".`)
    }
    options[key] = parsed
  }
  return options as ImageOptions
}

/** The options that differ from their defaults, as query parameters in a fixed order. */
export function formatOptions(options: ImageOptions): readonly (readonly [string, string])[] {
  return optionKeys
    .filter((key) => options[key] !== defaultOptions[key])
    .map((key) => [rows[key].name, String(options[key])] as const)
}

function collectValues(query: Query): ReadonlyMap<string, string> {
  const values = new Map<string, string>()
  for (const [name, value] of query) {
    if (!knownNames.has(name)) continue
    if (values.has(name)) throw invalidOption(`"${name}" is given more than once.`)
    values.set(name, value)
  }
  return values
}

function parseFit(value: string): Fit | undefined {
  return fits.find((fit) => fit === value.toLowerCase())
}

function parseBoolean(value: string): boolean | undefined {
  return value === 'true' ? true : value === 'false' ? false : undefined
}

function parseQuality(value: string): Quality | undefined {
  if (value === 'auto') return 'auto'
  return /^(?:0|[1-9]\d?|100)$/.test(value) ? Number(value) : undefined
}

function shorten(value: string): string {
  return value.length > 40 ? `${value.slice(0, 40)}…` : value
}

function invalidOption(message: string): AppError {
  return new AppError('INVALID_OPTION', `The option ${message}`)
}
