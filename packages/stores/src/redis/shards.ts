import type { Digest } from '@iaas/common/digest'
import type { RedisClient } from './connection.ts'

/**
 * The parts that keys are divided into. A script or a command with several keys stays within one of them, because all
 * keys of a shard are on the same node of a cluster.
 */
export type Shards = {
  /** Key prefixes of all shards. */
  readonly prefixes: readonly string[]
  /** Returns the key prefix of the shard of a digest. */
  of(digest: Digest): string
  /** Groups items by their shard, for one command each. */
  group<Item>(
    items: readonly Item[],
    toDigest: (item: Item) => Digest,
  ): ReadonlyMap<string, readonly Item[]>
}

/**
 * Hash tags of the shards in a cluster. Their slots lie in the middle of sixteen equal ranges, so that nodes with equal
 * ranges have equal loads.
 */
export const shardTags = '18 5x dj 3r d2 pv uh iy ly h9 uv q6 9s 5f dt ha'.split(' ')

/** Returns the shards of keys with this prefix: several in a cluster, otherwise one, whose keys have no tag. */
export function toShards(redis: Pick<RedisClient, 'isCluster'>, prefix: string): Shards {
  const prefixes = redis.isCluster ? shardTags.map((tag) => `${prefix}:{${tag}}`) : [prefix]
  const of = (digest: Digest) =>
    prefixes[Number.parseInt(digest.slice(0, 4), 16) % prefixes.length] as string
  return {
    prefixes,
    of,
    group(items, toDigest) {
      const groups = new Map<string, (typeof items)[number][]>()
      for (const item of items) {
        const shard = of(toDigest(item))
        const group = groups.get(shard)
        if (group === undefined) groups.set(shard, [item])
        else group.push(item)
      }
      return groups
    },
  }
}
