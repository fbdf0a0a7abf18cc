import type { Redis } from 'ioredis'
import { createWorkBatch } from '@iaas/common/concurrency/batch'
import type { Digest } from '@iaas/common/digest'
import { AppError } from '@iaas/common/errors'
import type { Spool } from '@iaas/common/ports/spool'
import { entryName, headerBytes, readEntry, readTime, toEntry } from './spool-entry.ts'
import { dropScript, putScript } from './spool-scripts.ts'
import { translateErrors } from './translate-errors.ts'
import { leaseName } from './lease-scripts.ts'

export type RedisSpoolOptions = {
  /** A connection of the role `producer`: entries are too large for the timeout of a cache. */
  readonly redis: Redis
  readonly prefix: string
  readonly maxBytes: number
  readonly maxItems: number
  /** TTL of an entry, ms. */
  readonly maxAgeMs: number
}

/** TTL of the key that a probe writes, ms. */
const probeMs = 1000

/** Maximum number of entries dropped per command. */
const maxDrops = 100

/** Spools renditions in Redis for any number of processes: binary values with a TTL, bounded by a ledger. */
export function createRedisSpool(options: RedisSpoolOptions): Spool {
  const { redis, prefix, maxBytes, maxItems, maxAgeMs } = options
  const entryOf = (digest: Digest) => entryName(prefix, digest)
  const expiries = `${prefix}:spool-expiries`
  const total = `${prefix}:spool-total`
  const ledger = [expiries, `${prefix}:spool-sizes`, total]

  async function dropAll(digests: readonly Digest[]): Promise<void> {
    const leases = digests.map((digest) => leaseName(prefix, digest))
    const keys = [...ledger, ...digests.map(entryOf), ...leases]
    await translateErrors(redis.eval(dropScript, keys.length, ...keys, ...digests))
  }

  /** Coalesces drops: links that are recorded together are dropped together. */
  const drop = createWorkBatch({ run: dropAll, maxItems: maxDrops, isOutage: () => true })

  return {
    async put(digest, spooled) {
      const entry = toEntry(spooled)
      const keys = [...ledger, entryOf(digest)]
      const args = [digest, entry, entry.length, maxAgeMs, maxBytes, maxItems]
      const done = await translateErrors(redis.eval(putScript, keys.length, ...keys, ...args))
      if (done !== 1) throw new AppError('SPOOL_FULL', 'Too many renditions wait to be stored.')
    },
    async get(digest) {
      const entry = await translateErrors(redis.getBuffer(entryOf(digest)))
      return entry === null ? undefined : readEntry(entry)
    },
    async size(digest) {
      const bytes = await translateErrors(redis.strlen(entryOf(digest)))
      return bytes === 0 ? undefined : bytes
    },
    async renderedAt(digest) {
      const head = redis.getrangeBuffer(entryOf(digest), 0, headerBytes - 1)
      return readTime(await translateErrors(head))
    },
    // A full Redis still answers reads, so the probe writes.
    async ping() {
      await translateErrors(redis.set(`${prefix}:probe`, '', 'PX', probeMs))
    },
    async usage() {
      const [items, bytes] = await translateErrors(
        Promise.all([redis.zcard(expiries), redis.get(total)]),
      )
      return { items, bytes: items === 0 ? 0 : Number(bytes) }
    },
    drop,
  }
}
