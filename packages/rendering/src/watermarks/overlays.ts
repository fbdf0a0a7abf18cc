import { hash } from 'node:crypto'
import { type OriginalFormat, type OverlayDigest, sniffFormat } from '@iaas/common/image'

/** Images of watermarks, by their digest. */
export type Overlays = { find(digest: OverlayDigest): Uint8Array | undefined }

/** Formats of the image of a watermark. Their decoders read from memory. */
export const overlayFormats = [
  'png',
  'webp',
  'avif',
  'gif',
  'jpg',
] as const satisfies readonly OriginalFormat[]
/** Largest image of a watermark, bytes: it is sent with every render. */
export const mostOverlayBytes = 2 * 2 ** 20
/** Largest image of a watermark, pixels. */
export const mostOverlayPixels = 4096 * 4096

/** Returns the digest that names the image of a watermark in keys. */
export function overlayDigest(bytes: Uint8Array): OverlayDigest {
  return hash('sha256', bytes, 'hex').slice(0, 32) as OverlayDigest
}

/** Returns true if the first bytes announce a format that a watermark may have. */
export function isOverlay(bytes: Uint8Array): boolean {
  const format = sniffFormat(bytes)
  return overlayFormats.some((accepted) => accepted === format)
}
