import type { Digest } from '../digest.ts'
import type { Spooled } from '../ports/spool.ts'

/** Of an entry: when it was rendered, then the picture. */
const headerBytes = 8

/** The key of the entry of a rendition. */
export function entryName(prefix: string, digest: Digest): string {
  return `${prefix}:spool:${digest}`
}

export function toEntry({ bytes, renderedAt }: Spooled): Buffer {
  const entry = Buffer.allocUnsafe(headerBytes + bytes.length)
  entry.writeDoubleBE(renderedAt)
  entry.set(bytes, headerBytes)
  return entry
}

/** undefined for what is no entry. */
export function readEntry(entry: Buffer): Spooled | undefined {
  if (entry.length < headerBytes) return undefined
  return { renderedAt: entry.readDoubleBE(), bytes: entry.subarray(headerBytes) }
}
