import type { Redis } from 'ioredis'
import { digestOf } from '../digest.ts'
import type { VariantKey } from '../image/index.ts'
import type { LinkCache } from '../ports/link-store.ts'
import { patienceMs, translateErrors } from './translate-errors.ts'

export type RedisLinkCacheOptions = {
  readonly redis: Redis
  readonly prefix: string
  /** How long a link is believed without asking again, ms. */
  readonly ttlMs: number
}

/** The links that any api process has asked for lately. */
export function createRedisLinkCache({ redis, prefix, ttlMs }: RedisLinkCacheOptions): LinkCache {
  const nameOf = (key: VariantKey) => `${prefix}:link:${digestOf(key)}`
  return {
    async get(key) {
      const url = await translateErrors(redis.get(nameOf(key)), patienceMs)
      return url === null ? undefined : { url }
    },
    async set(key, { url }) {
      await translateErrors(redis.set(nameOf(key), url, 'PX', ttlMs), patienceMs)
    },
    async delete(key) {
      await translateErrors(redis.del(nameOf(key)), patienceMs)
    },
  }
}
