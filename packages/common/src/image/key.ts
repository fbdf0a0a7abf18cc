import { formats } from './formats.ts'
import { type VariantOptions, params, variantOptionKeys } from './params.ts'
import type { Variant } from './variant.ts'

/** The canonical name of a variant: equal for equal variants, different for any two that differ. */
export type VariantKey = string & { readonly __brand: 'VariantKey' }

/** Options that have a place of their own in every key. */
const placed = ['fit', 'blur', 'quality'] as const satisfies readonly (keyof VariantOptions)[]

/**
 * Every field that changes the bytes, in a fixed order. The id stands last: it may contain any separator but "/", the
 * fields before it cannot. A change of the grammar or of the way to render that must not meet old keys takes a new prefix.
 */
export function variantKey(variant: Variant): VariantKey {
  const { id, width, height, fit, format, blur, quality } = variant
  const laterOptions = formatLaterOptions(variant)
  const fields = [
    `v${keyVersion(variant)}`,
    format,
    fit,
    `${width}x${height}`,
    blur ? 'blur' : 'sharp',
    `q${quality}`,
    ...(laterOptions === '' ? [] : [laterOptions]),
    id,
  ]
  return fields.join('/') as VariantKey
}

type OptionKeys = readonly (keyof VariantOptions)[]

const laterKeys: OptionKeys = variantOptionKeys.filter(
  (key) => !placed.some((known) => known === key),
)

/**
 * Formats the options that have no place of their own, as a query in the order of the table; the empty text if all have
 * their defaults, so that a variant keeps its key when an option is added. Values are percent-encoded.
 */
export function formatLaterOptions(options: VariantOptions, keys: OptionKeys = laterKeys): string {
  return keys
    .filter((key) => options[key] !== params[key].default)
    .map((key) => `${params[key].name}=${encodeURIComponent(String(options[key]))}`)
    .join('&')
}

/** The inverse of `formatLaterOptions`, defaults filled in; undefined for a text that it does not make. */
export function parseLaterOptions(
  text: string,
  keys: OptionKeys = laterKeys,
): Partial<VariantOptions> | undefined {
  const options: Record<string, unknown> = Object.fromEntries(
    keys.map((key) => [key, params[key].default]),
  )
  for (const pair of text === '' ? [] : text.split('&')) {
    const [name, value = ''] = pair.split('=')
    const key = keys.find((known) => params[known].name === name)
    const parsed = key && params[key].parse(decodeURIComponent(value))
    if (key === undefined || parsed === undefined) return undefined
    options[key] = parsed
  }
  return options
}

/**
 * Version 2: a canvas in a format with alpha, which version 1 left transparent behind the image. All other variants keep
 * their keys.
 */
export function keyVersion({ fit, format }: Pick<Variant, 'fit' | 'format'>): 1 | 2 {
  return fit === 'canvas' && formats[format].hasAlpha ? 2 : 1
}
