import { changedKeys, noteChanges } from './changes.ts'
import { invalidOption } from './options.ts'
import type { ImageOptions } from './params.ts'
import { type FontDigest, digestOfFont, fontOfDigest } from './values/text-font.ts'

/** Finds a configured font by its name; undefined if there is none of this name. */
export type FindFont = (name: string) => FontDigest | undefined

/**
 * Replaces the name of a font by the digest of its bytes.
 *
 * @throws AppError INVALID_OPTION for a name without a font, and for a digest
 */
export function withFontDigest(options: ImageOptions, find: FindFont | undefined): ImageOptions {
  const { textFont: named } = options
  if (named === undefined) return options
  const digest = digestOfFont(named) === undefined ? find?.(named) : undefined
  if (digest === undefined) {
    throw invalidOption('"text_font" must be the name of a configured font.')
  }
  return noteChanges({ ...options, textFont: fontOfDigest(digest) }, changedKeys(options))
}
