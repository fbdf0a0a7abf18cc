import type { Metadata } from 'sharp'
import { type Amendment, convert } from '../amendment.ts'
import { readAvifColours } from './colours.ts'

/** Converts the colours and ranges of an AVIF that libheif does not apply. */
export function amendAvif(path: string, metadata: Metadata): Amendment | undefined {
  const conversion = readAvifColours(path)
  if (conversion === undefined) return undefined
  const { tag, isLimited, isAlphaLimited } = conversion
  if (tag === undefined && !isLimited && !isAlphaLimited) return undefined
  return {
    isTagged: tag !== undefined,
    apply: (image, target) => convert(image, metadata, { ...conversion, target }),
  }
}
