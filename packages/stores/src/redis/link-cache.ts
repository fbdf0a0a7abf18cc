import { createBatch } from '@iaas/common/concurrency/batch'
import { addressOf, toLink } from '@iaas/common/cdn'
import { type Digest, digestOf } from '@iaas/common/digest'
import type { VariantKey } from '@iaas/common/image'
import type { Cdn } from '@iaas/common/ports/cdn'
import type { Link, LinkCache } from '@iaas/common/ports/link-store'
import type { RedisClient } from './connection.ts'
import { toShards } from './shards.ts'
import { maxWaitMs, translateErrors } from './translate-errors.ts'

export type RedisLinkCacheOptions = {
  readonly redis: RedisClient
  readonly prefix: string
  /** Maps links to the addresses in Redis, which hold whole addresses for builds that know no keys. */
  readonly cdn: Cdn
  /** TTL of a link, ms. */
  readonly ttlMs: number
}

/** Maximum number of concurrent lookups per command. */
const maxLookups = 100
/** Longer than any link lookup takes, ms. */
const deletionMs = 5000

/*
 * A deletion stores a set under the key, where a link would be a string. MGET returns nil for a set, so versions
 * without this rule see no link either.
 */

/** KEYS: link. ARGV: TTL of the deletion (ms). */
const deleteScript = `
redis.call('DEL', KEYS[1])
redis.call('SADD', KEYS[1], 'deleted')
return redis.call('PEXPIRE', KEYS[1], ARGV[1])`

/** KEYS: link. ARGV: url, TTL of the link (ms). */
const setScript = `
if redis.call('TYPE', KEYS[1]).ok == 'set' then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`

const nameIn = (shard: string, digest: Digest) => `${shard}:link:${digest}`

/** Caches links in Redis for all processes that share it. */
export function createRedisLinkCache({
  redis,
  prefix,
  cdn,
  ttlMs,
}: RedisLinkCacheOptions): LinkCache {
  const shards = toShards(redis, prefix)
  const nameOf = (key: VariantKey) => {
    const digest = digestOf(key)
    return nameIn(shards.of(digest), digest)
  }

  /** Asks for all links at once, in a cluster for those of each shard. */
  async function ask(digests: readonly Digest[]): Promise<readonly (Link | undefined)[]> {
    const found = new Map<Digest, Link | undefined>()
    const groups = shards.group(digests, (digest) => digest)
    async function askShard(shard: string, ofShard: readonly Digest[]): Promise<void> {
      const names = ofShard.map((digest) => nameIn(shard, digest))
      const urls = await translateErrors(redis.mget(names), maxWaitMs)
      urls.forEach((url, index) => {
        if (url !== null) found.set(ofShard[index] as Digest, toLink(url, cdn))
      })
    }
    await Promise.all([...groups].map(([shard, ofShard]) => askShard(shard, ofShard)))
    return digests.map((digest) => found.get(digest))
  }

  const get = createBatch<VariantKey, Link | undefined>({
    ask: (keys) => ask(keys.map(digestOf)),
    maxItems: maxLookups,
    isOutage: () => true,
  })
  return {
    get,
    async set(key, link) {
      const url = addressOf(link, cdn)
      await translateErrors(redis.eval(setScript, 1, nameOf(key), url, ttlMs), maxWaitMs)
    },
    async delete(key) {
      await translateErrors(redis.eval(deleteScript, 1, nameOf(key), deletionMs), maxWaitMs)
    },
  }
}
