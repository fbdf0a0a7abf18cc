import { randomUUID } from 'node:crypto'
import type { RenderLease, RenderLeases } from '@iaas/common/ports/render-leases'
import type { RedisClient } from './connection.ts'
import { toShards } from './shards.ts'
import { entryName } from './spool-entry.ts'
import { translateErrors } from './translate-errors.ts'
import { claimScript, claimed, endScript, prolongScript, leaseName } from './lease-scripts.ts'

export type RedisRenderLeasesOptions = {
  /** A connection of the role `producer`. */
  readonly redis: RedisClient
  /** Key prefix of the spool. */
  readonly prefix: string
  /** TTL of a lease whose holder no longer renews it, ms. */
  readonly lifeMs: number
}

/**
 * Creates the render leases of all processes that share a Redis. One round trip checks the spool and claims the lease.
 */
export function createRedisRenderLeases({
  redis,
  prefix,
  lifeMs,
}: RedisRenderLeasesOptions): RenderLeases {
  const shards = toShards(redis, prefix)

  function hold(name: string, holder: string, isFollowUp: boolean): RenderLease {
    const prolong = () => void redis.eval(prolongScript, 1, name, holder, lifeMs).catch(() => {})
    const timer = setInterval(prolong, lifeMs / 3).unref()
    return {
      isFollowUp,
      async end(isSpooled) {
        clearInterval(timer)
        // Claims see the spool first; dropping the spool entry writes the marker.
        if (isSpooled) return
        // A lease that cannot be released now expires.
        await redis.eval(endScript, 1, name, holder).catch(() => {})
      },
    }
  }

  return {
    async claim(digest) {
      const shard = shards.of(digest)
      const [name, holder] = [leaseName(shard, digest), randomUUID()]
      const keys = [entryName(shard, digest), name] as const
      const answer: unknown = await translateErrors(
        redis.eval(claimScript, 2, ...keys, holder, lifeMs),
      )
      if (answer === claimed.taken) return { kind: 'taken' }
      if (answer === claimed.spooled) return { kind: 'spooled' }
      return { kind: 'lease', lease: hold(name, holder, answer !== claimed.first) }
    },
  }
}
