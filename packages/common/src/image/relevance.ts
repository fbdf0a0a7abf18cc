import { changedKeys, noteChanges } from './changes.ts'
import { type Format, type FormatFacts, formats } from './formats.ts'
import {
  type ImageOptions,
  type VariantOptions,
  defaultOptions,
  defaultVariantOptions,
  isVariantOption,
  paramOf,
} from './params.ts'
import { isFill, onWhite, transparent, white } from './values/background.ts'
import { pointOf } from './values/gravity.ts'
import { noLengths } from './values/lengths.ts'
import { canonicalTurn } from './values/turn.ts'

type Rule = (options: ImageOptions, format: FormatFacts) => boolean

function hasText({ text }: ImageOptions): boolean {
  return text !== undefined
}

/** Options that matter only beside certain others. `enlarge=false` and `trim` always matter. */
const rules: { readonly [Key in keyof VariantOptions]?: Rule } = {
  animated: ({ animated, frame }, { animation }) =>
    frame === 0 && animation !== 'none' && animated === (animation === 'on-request'),
  gravity: ({ fit }) => fit === 'crop' || fit === 'canvas',
  saturation: ({ grayscale }) => !grayscale,
  hue: ({ grayscale }) => !grayscale,
  textSize: hasText,
  textFont: hasText,
  textColor: hasText,
  textGravity: hasText,
  textBackground: hasText,
}

/**
 * Returns the options that can change the bytes of some original. All others have their defaults, so that addresses
 * that mean the same image mean the same variant.
 */
export function relevantOptions(options: ImageOptions, format: Format): VariantOptions {
  if (options === defaultOptions) return defaultVariantOptions
  const changed = changedKeys(options).filter(isVariantOption)
  if (changed.length === 0) return defaultVariantOptions
  const kept: Record<string, unknown> = { ...defaultVariantOptions }
  for (const key of changed) {
    const applies = paramOf(key).appliesTo?.(formats[format]) ?? true
    if (applies && (rules[key]?.(options, formats[format]) ?? true)) kept[key] = options[key]
  }
  const relevant = canonical(kept as VariantOptions, formats[format])
  // One option of a turn may take the place of the other.
  return noteChanges(relevant, [...changed, 'rotate', 'flip'])
}

/** Gives combinations that mean the same image the same options. */
function canonical(options: VariantOptions, format: FormatFacts): VariantOptions {
  return {
    ...options,
    gravity: options.fit === 'canvas' ? pointOf(options.gravity) : options.gravity,
    ...canonicalTurn(options),
    background: canonicalBackground(options, format),
  }
}

/** Returns true if there are bars or padding to be filled. */
function hasSpace({ fit, padding }: Pick<VariantOptions, 'fit' | 'padding'>): boolean {
  return fit === 'canvas' || padding !== noLengths
}

/**
 * Formats without alpha show translucent colours on white. White is the default wherever something is filled, and
 * nothing is the default elsewhere.
 */
function canonicalBackground(
  options: VariantOptions,
  { hasAlpha }: FormatFacts,
): VariantOptions['background'] {
  const { background } = options
  if (background === undefined) return undefined
  if (isFill(background)) return hasSpace(options) ? background : undefined
  const colour = hasAlpha ? background : onWhite(background)
  const usual = hasSpace(options) || !hasAlpha ? white : transparent
  return colour === usual ? undefined : colour
}
