import type { Digest } from '@iaas/common/digest'
import type { Spooled } from '@iaas/common/ports/spool'

/** Of an entry: when it was rendered, then the picture. */
export const headerBytes = 8

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
  const renderedAt = readTime(entry)
  return renderedAt === undefined ? undefined : { renderedAt, bytes: entry.subarray(headerBytes) }
}

/** Reads the time from the beginning of an entry; undefined for what is no entry. */
export function readTime(entry: Buffer): number | undefined {
  return entry.length < headerBytes ? undefined : entry.readDoubleBE()
}
