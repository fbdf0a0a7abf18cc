import type { Metadata } from 'sharp'
import { type Amendment, convert } from '../amendment.ts'
import { readPngColours } from './colours.ts'

/** Converts the colours that a PNG declares without an ICC profile. */
export function amendPng(path: string, metadata: Metadata): Amendment | undefined {
  const colours = readPngColours(path)
  if (colours === undefined) return undefined
  const { tag, overrulesProfile: ignoresProfile } = colours
  const conversion = { tag, isLimited: false, isAlphaLimited: false }
  return {
    ignoresProfile,
    isTagged: tag !== undefined,
    apply: (image, target) => convert(image, metadata, { ...conversion, target }),
  }
}
