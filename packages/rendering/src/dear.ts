import type { SourceFacts } from './child/inspect.ts'

/**
 * Whether a picture costs so much more to decode than its working copy that making one pays: what must be decoded as a
 * whole before its first row is known, what a slow decoder reads, and what has more bits or inks than any result, or other colours.
 */
export function isDear(source: SourceFacts, minPixels: number): boolean {
  const { format, pixels, colours, isProgressive, isDeep, amendment } = source
  if (pixels < minPixels) return false
  if (isDeep || colours === 'other' || amendment !== undefined) return true
  switch (format) {
    case 'jpg':
    case 'png':
      return isProgressive
    case 'gif':
    case 'avif':
      return true
    // Of eight bits both decode as fast as the lossless copy of them would.
    case 'tiff':
    case 'webp':
      return false
  }
}
