import { changedKeys } from './changes.ts'
import { formats } from './formats.ts'
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

/** Canonical name of a variant. Two variants have the same key if and only if they are equal. */
export type VariantKey = string & { readonly __brand: 'VariantKey' }

/**
 * Formats every field that changes the bytes, in a fixed order. The id comes last because it may contain any separator
 * but "/"; the fields before it cannot. Change the prefix if a change of the grammar or of rendering must not match old
 * keys.
 */
export function variantKey(variant: Variant): VariantKey {
  const { id, width, height, fit, format, blur, quality } = variant
  const version = `v${keyVersion(variant)}`
  const box = `${width}x${height}`
  const sharpness = blur === true ? 'blur' : 'sharp'
  const encoding = `q${typeof quality === 'number' ? quality : 'auto'}`
  const laterOptions = formatLaterOptions(variant)
  const tail = laterOptions === '' ? id : `${laterOptions}/${id}`
  return `${version}/${format}/${fit}/${box}/${sharpness}/${encoding}/${tail}` as VariantKey
}

/** Returns the id at the end of a key. No id contains a slash. */
export function idOfKey(key: VariantKey): ImageId {
  return key.slice(key.lastIndexOf('/') + 1) as ImageId
}

/**
 * Formats the options without a fixed position as a query, in the order of the table. Returns the empty string if all
 * have their defaults, so that a variant keeps its key when an option is added. Percent-encodes values.
 */
export function formatLaterOptions(options: VariantOptions): string {
  const changed = changedKeys(options)
  if (changed.length === 0) return ''
  return changed
    .filter(isVariantOption)
    .filter((key) => !isPlaced(key, options))
    .map((key) => `${paramOf(key).name}=${encodeURIComponent(paramOf(key).format(options[key]))}`)
    .join('&')
}

/** Returns true for a variant that releases before the table of options cannot express. */
export function hasLaterOptions(variant: Variant): boolean {
  return variant.width === 0 || variant.height === 0 || formatLaterOptions(variant) !== ''
}

/** Returns true for an option whose value the fixed positions can hold. A sigma of `blur` and a name of a quality are none. */
function isPlaced(key: keyof VariantOptions, { blur, quality }: VariantOptions): boolean {
  if (key === 'blur') return blur === true
  return key === 'fit' || (key === 'quality' && (quality === 'auto' || typeof quality === 'number'))
}

/**
 * Inverse of `formatLaterOptions`; fills in defaults. Returns undefined for any text that `formatLaterOptions` does not
 * produce.
 */
export function parseLaterOptions(text: string): VariantOptions | undefined {
  const options: Record<string, unknown> = { ...defaultVariantOptions }
  for (const pair of text === '' ? [] : text.split('&')) {
    const [name, value = ''] = pair.split('=')
    const key = variantOptionKeys.find((known) => params[known].name === name)
    const parsed = key && parseOption(key, decodeURIComponent(value))
    if (key === undefined || parsed === undefined) return undefined
    options[key] = parsed
  }
  const read = options as VariantOptions
  return formatLaterOptions(read) === text ? read : undefined
}

/**
 * Returns the key version. Version 2: a canvas in a format with alpha, which version 1 left transparent behind the
 * image. All other variants keep version 1.
 */
export function keyVersion({ fit, format }: Pick<Variant, 'fit' | 'format'>): 1 | 2 {
  return fit === 'canvas' && formats[format].hasAlpha ? 2 : 1
}
