import { type Format, type FormatFacts, formats } from './formats.ts'
import {
  type ImageOptions,
  type VariantOptions,
  defaultOptions,
  defaultVariantOptions,
  paramOf,
  variantOptionKeys,
} from './params.ts'
import { canonicalTurn } from './values/turn.ts'

type Rule = (options: ImageOptions, format: FormatFacts) => boolean

/** Options that matter only beside certain others. `enlarge=false` and `trim` always matter. */
const rules: { readonly [Key in keyof VariantOptions]?: Rule } = {
  gravity: ({ fit }) => fit === 'crop' || fit === 'canvas',
}

/**
 * Returns the options that can change the bytes of some original. All others have their defaults, so that addresses
 * that mean the same image mean the same variant.
 */
export function relevantOptions(options: ImageOptions, format: Format): VariantOptions {
  if (options === defaultOptions) return defaultVariantOptions
  const kept: Record<string, unknown> = { ...defaultVariantOptions }
  for (const key of variantOptionKeys) {
    if (options[key] === defaultOptions[key]) continue
    const applies = paramOf(key).appliesTo?.(formats[format]) ?? true
    if (applies && (rules[key]?.(options, formats[format]) ?? true)) kept[key] = options[key]
  }
  return canonical(kept as VariantOptions)
}

/** Gives combinations that mean the same image the same options. */
function canonical(options: VariantOptions): VariantOptions {
  return { ...options, ...canonicalTurn(options) }
}
