import type { Digest } from '@iaas/common/digest'
import { AppError } from '@iaas/common/errors'
import type { Spool, Spooled } from '@iaas/common/ports/spool'

export type FakeSpoolOptions = {
  readonly maxItems?: number
  readonly maxBytes?: number
  /** Contents of the spool, which a test may inspect and remove. */
  readonly entries?: Map<Digest, Spooled>
}

export function createFakeSpool(options: FakeSpoolOptions = {}): Spool {
  const { maxItems = Infinity, maxBytes = Infinity, entries = new Map<Digest, Spooled>() } = options

  function assertRoom(digest: Digest, spooled: Spooled): void {
    const others = [...entries].filter(([name]) => name !== digest).map(([, entry]) => entry)
    const bytes = others.reduce((sum, entry) => sum + entry.bytes.length, spooled.bytes.length)
    if (others.length < maxItems && bytes <= maxBytes) return
    throw new AppError('SPOOL_FULL', 'Too many renditions wait to be stored.')
  }

  return {
    async put(digest, spooled) {
      assertRoom(digest, spooled)
      entries.set(digest, { ...spooled, bytes: spooled.bytes.slice() })
    },
    async get(digest) {
      return entries.get(digest)
    },
    async size(digest) {
      return entries.get(digest)?.bytes.length
    },
    async renderedAt(digest) {
      return entries.get(digest)?.renderedAt
    },
    async ping() {},
    async usage() {
      const sizes = [...entries.values()].map(({ bytes }) => bytes.length)
      return { items: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) }
    },
    async drop(digest) {
      entries.delete(digest)
    },
  }
}
