import { AppError } from '../errors.ts'
import { changedKeys, noteChanges } from './changes.ts'
import {
  type ImageOptions,
  type ParamKey,
  defaultOptions,
  paramKeys,
  paramOf,
  params,
} from './params.ts'
import type { Download } from './values/download.ts'

/** Query parameters in the order of the URL, percent-decoded. */
export type Query = Iterable<readonly [name: string, value: string]>

const keyByName: ReadonlyMap<string, ParamKey> = new Map(
  paramKeys.map((key) => [paramOf(key).name, key]),
)

/**
 * Parses the options; ignores unknown names.
 *
 * @param defaults options that the query does not name
 * @throws AppError INVALID_OPTION for a repeated option or an invalid value
 */
export function parseOptions(query: Query, defaults = defaultOptions): ImageOptions {
  const values = collectValues(query)
  if (values.size === 0) return defaults
  const options: Record<string, unknown> = { ...defaults }
  for (const [key, text] of values) {
    const value = parseOption(key, text)
    if (value === undefined) {
      const { name, expected } = paramOf(key)
      throw invalidOption(`"${name}" must be ${expected}; received "${shorten(text)}".`)
    }
    options[key] = value
  }
  return noteChanges(options as ImageOptions, [...changedKeys(defaults), ...values.keys()])
}

/**
 * Parses the only option of originals; ignores all others.
 *
 * @returns undefined if the original is not to be saved
 * @throws AppError INVALID_OPTION
 */
export function parseOriginalOptions(query: Query): Exclude<Download, false> | undefined {
  const { name } = params.download
  const pairs = [...query].filter(([given]) => given === name)
  const { download } = pairs.length === 0 ? defaultOptions : parseOptions(pairs)
  return download === false ? undefined : download
}

/**
 * Parses the value of one option. Returns the default itself for every text that means it, so that `===` tells whether
 * an option is set, and undefined for a text that is no value.
 */
export function parseOption(key: ParamKey, text: string): unknown {
  const { default: fallback, parse, format } = paramOf(key)
  const value = parse(text)
  if (value === undefined || fallback === undefined) return value
  return format(value) === format(fallback) ? fallback : value
}

/** Returns the options that differ from `defaults`, as query parameters in the order of the table. */
export function formatOptions(
  options: ImageOptions,
  defaults = defaultOptions,
): readonly (readonly [string, string])[] {
  return paramKeys
    .filter((key) => !isSameValue(key, options[key], defaults[key]))
    .map((key) => [paramOf(key).name, paramOf(key).format(options[key])] as const)
}

/** Returns true if the query names an option that changes the bytes, even at its default. */
export function namesVariantOption(query: Query): boolean {
  return [...collectValues(query).keys()].some((key) => paramOf(key).affects === 'bytes')
}

function isSameValue(key: ParamKey, one: unknown, other: unknown): boolean {
  if (one === other) return true
  if (one === undefined || other === undefined) return false
  return paramOf(key).format(one) === paramOf(key).format(other)
}

/**
 * Multiplies the lengths among the options.
 *
 * @throws AppError INVALID_OPTION if a product is not a value of its option
 */
export function scaleOptions(options: ImageOptions, scale: number): ImageOptions {
  if (scale === 1) return options
  const changed = changedKeys(options)
  const lengths = changed.filter((key) => paramOf(key).scale !== undefined)
  if (lengths.length === 0) return options
  const scaled: Record<string, unknown> = { ...options }
  for (const key of lengths) {
    const { name, expected, scale: multiply, format } = paramOf(key)
    const text = format(multiply?.(options[key], scale))
    const value = parseOption(key, text)
    if (value === undefined) {
      throw invalidOption(`"${name}", multiplied by the scale, must be ${expected}; it is ${text}.`)
    }
    scaled[key] = value
  }
  return noteChanges(scaled as ImageOptions, changed)
}

/** @param message begins with the name of the option */
export function invalidOption(message: string): AppError {
  return new AppError('INVALID_OPTION', `The option ${message}`)
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

function shorten(value: string): string {
  return value.length > 40 ? `${value.slice(0, 40)}…` : value
}
