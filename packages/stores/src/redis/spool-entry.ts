import type { Digest } from '@iaas/common/digest'
import type { Spooled } from '@iaas/common/ports/spool'

/** Length of the time of the rendering at the start of an entry, bytes. The image follows. */
export const headerBytes = 8

/** Returns the key of a rendition's entry. */
export function entryName(prefix: string, digest: Digest): string {
  return `${prefix}:spool:${digest}`
}

export function toEntry({ bytes, renderedAt }: Spooled): Buffer {
  const entry = Buffer.allocUnsafe(headerBytes + bytes.length)
  entry.writeDoubleBE(renderedAt)
  entry.set(bytes, headerBytes)
  return entry
}

/** Parses an entry. Returns undefined if it is malformed. */
export function readEntry(entry: Buffer): Spooled | undefined {
  const renderedAt = readTime(entry)
  return renderedAt === undefined ? undefined : { renderedAt, bytes: entry.subarray(headerBytes) }
}

/** Reads the time from the start of an entry. Returns undefined if the entry is malformed. */
export function readTime(entry: Buffer): number | undefined {
  return entry.length < headerBytes ? undefined : entry.readDoubleBE()
}
