import { isCopied } from '@iaas/common/image'
import { readers } from './readers.ts'
import type { SourceFacts } from './source-facts.ts'

/**
 * Returns true if decoding an image costs so much more than decoding its working copy that making one pays. That holds for
 * images that must be decoded as a whole before their first row is known, images that a slow decoder reads, and images with
 * more bits or inks than any result, or with other colours.
 */
export function isCostly(source: SourceFacts, minPixels: number): boolean {
  const { format, pixels, colours, isDeep, amendment } = source
  if (isCopied(format)) return true
  if (pixels < minPixels) return false
  if (isDeep || colours === 'other' || amendment !== undefined) return true
  return readers[format].isCostly(source)
}
