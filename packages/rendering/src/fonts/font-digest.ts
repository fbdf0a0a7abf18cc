import { hash } from 'node:crypto'
import type { FontDigest } from '@iaas/common/image'

/** Returns the digest that names a font in keys. */
export function fontDigest(bytes: Uint8Array): FontDigest {
  return hash('sha256', bytes, 'hex').slice(0, 32) as FontDigest
}
