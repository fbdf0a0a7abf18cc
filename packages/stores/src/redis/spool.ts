import { createWorkBatch } from '@iaas/common/concurrency/batch'
import type { Digest } from '@iaas/common/digest'
import { AppError } from '@iaas/common/errors'
import type { Spool, SpoolUsage } from '@iaas/common/ports/spool'
import type { RedisClient } from './connection.ts'
import { toShards } from './shards.ts'
import { entryName, headerBytes, readEntry, readTime, toEntry } from './spool-entry.ts'
import { dropScript, putScript } from './spool-scripts.ts'
import { probeRedis } from './probe.ts'
import { translateErrors } from './translate-errors.ts'
import { leaseName } from './lease-scripts.ts'

export type RedisSpoolOptions = {
  /** A connection of the role `producer`: entries are too large for the timeout of a cache. */
  readonly redis: RedisClient
  readonly prefix: string
  readonly maxBytes: number
  readonly maxItems: number
  /** TTL of an entry, ms. */
  readonly maxAgeMs: number
}

/** Maximum number of entries dropped per command. */
const maxDrops = 100

/**
 * Spools renditions in Redis for any number of processes: binary values with a TTL, bounded by a ledger. In a cluster
 * each shard has a ledger and an equal part of the bounds.
 */
export function createRedisSpool(options: RedisSpoolOptions): Spool {
  const { redis, prefix, maxAgeMs } = options
  const shards = toShards(redis, prefix)
  const maxBytes = Math.floor(options.maxBytes / shards.prefixes.length)
  const maxItems = Math.ceil(options.maxItems / shards.prefixes.length)
  const entryOf = (digest: Digest) => entryName(shards.of(digest), digest)

  async function dropOf(shard: string, digests: readonly Digest[]): Promise<void> {
    const entries = digests.map((digest) => entryName(shard, digest))
    const leases = digests.map((digest) => leaseName(shard, digest))
    const keys = [...ledgerOf(shard), ...entries, ...leases]
    await translateErrors(redis.eval(dropScript, keys.length, ...keys, ...digests))
  }

  async function dropAll(digests: readonly Digest[]): Promise<void> {
    const groups = shards.group(digests, (digest) => digest)
    await Promise.all([...groups].map(([shard, ofShard]) => dropOf(shard, ofShard)))
  }

  /** Coalesces drops: links that are recorded together are dropped together. */
  const drop = createWorkBatch({ run: dropAll, maxItems: maxDrops, isOutage: () => true })

  async function usageOf(shard: string): Promise<SpoolUsage> {
    const [expiries, , total] = ledgerOf(shard)
    const [items, bytes] = await translateErrors(
      Promise.all([redis.zcard(expiries), redis.get(total)]),
    )
    return { items, bytes: items === 0 ? 0 : Number(bytes) }
  }

  return {
    async put(digest, spooled) {
      const entry = toEntry(spooled)
      const keys = [...ledgerOf(shards.of(digest)), entryOf(digest)]
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
    // The spool works only if all shards do.
    async ping() {
      await Promise.all(shards.prefixes.map((shard) => probeRedis(redis, shard)))
    },
    async usage() {
      const usages = await Promise.all(shards.prefixes.map(usageOf))
      return usages.reduce((sum, { items, bytes }) => ({
        items: sum.items + items,
        bytes: sum.bytes + bytes,
      }))
    },
    drop,
  }
}

/** Returns the keys of the ledger of a shard: expiries, sizes, total. */
function ledgerOf(shard: string) {
  return [`${shard}:spool-expiries`, `${shard}:spool-sizes`, `${shard}:spool-total`] as const
}
