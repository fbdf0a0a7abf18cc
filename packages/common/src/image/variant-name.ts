import { changedKeys } from './changes.ts'
import type { Format } from './formats.ts'
import type { ImageId } from './id.ts'
import { parseOption } from './options.ts'
import {
  type VariantOptions,
  defaultVariantOptions,
  isVariantOption,
  paramOf,
  params,
  variantOptionKeys,
} from './params.ts'
import type { Variant } from './variant.ts'

/**
 * Returns the canonical text of a variant without its id and format, in characters that are safe in addresses, in keys of S3
 * and in file names: `400x300-crop`, `400x300-crop-gravity.0.5_2C0.25-quality.80`. A name and its value are separated by
 * the first dot, and `_2C` is a byte in hexadecimal.
 */
export function variantName(variant: Variant): string {
  const { width, height, fit } = variant
  const options = changedKeys(variant)
    .filter(isVariantOption)
    .filter((key) => key !== 'fit')
    .map((key) => `${paramOf(key).name}.${escapeValue(paramOf(key).format(variant[key]))}`)
  return [`${width}x${height}`, fit, ...options].join('-')
}

/** Inverse of `variantName`. Returns undefined for any text that `variantName` does not produce. */
export function parseVariantName(text: string, id: ImageId, format: Format): Variant | undefined {
  const [box = '', fit = '', ...pairs] = text.split('-')
  const [, width, height] = /^(\d{1,5})x(\d{1,5})$/.exec(box) ?? []
  const options = parsePairs([`${params.fit.name}.${fit}`, ...pairs])
  if (width === undefined || options === undefined) return undefined
  const variant = { id, width: Number(width), height: Number(height), format, ...options }
  return variantName(variant) === text ? variant : undefined
}

function parsePairs(pairs: readonly string[]): VariantOptions | undefined {
  const options: Record<string, unknown> = { ...defaultVariantOptions }
  for (const pair of pairs) {
    const [, name, value = ''] = /^([a-z_]+)\.(.*)$/.exec(pair) ?? []
    const key = variantOptionKeys.find((known) => params[known].name === name)
    const given = unescapeValue(value)
    if (key === undefined || given === undefined) return undefined
    const parsed = parseOption(key, given)
    if (parsed === undefined) return undefined
    options[key] = parsed
  }
  return options as VariantOptions
}

/** Percent-encodes whatever is no letter, digit or dot, with `_` instead of `%`. */
function escapeValue(value: string): string {
  return encodeURIComponent(value)
    .replaceAll(/[-_!~*'()]/g, (sign) => `%${sign.codePointAt(0)?.toString(16).toUpperCase()}`)
    .replaceAll('%', '_')
}

function unescapeValue(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('_', '%'))
  } catch {
    return undefined
  }
}
