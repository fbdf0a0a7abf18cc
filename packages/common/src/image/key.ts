import { formats } from './format.ts'
import type { Variant } from './variant.ts'

/** The canonical name of a variant: equal for equal variants, different for any two that differ. */
export type VariantKey = string & { readonly __brand: 'VariantKey' }

/**
 * Every field that changes the bytes, in a fixed order. The id stands last: it may contain any separator, the fields
 * before it cannot. A change of the grammar or of the way to render that must not meet old keys takes a new prefix.
 */
export function variantKey(variant: Variant): VariantKey {
  const { id, width, height, fit, format, blur, quality } = variant
  const fields = [
    `v${keyVersion(variant)}`,
    format,
    fit,
    `${width}x${height}`,
    blur ? 'blur' : 'sharp',
    `q${quality}`,
    id,
  ]
  return fields.join('/') as VariantKey
}

/**
 * Version 2: a canvas in a format with alpha, which version 1 left transparent behind the image. All other variants keep
 * their keys.
 */
export function keyVersion({ fit, format }: Pick<Variant, 'fit' | 'format'>): 1 | 2 {
  return fit === 'canvas' && formats[format].hasAlpha ? 2 : 1
}
