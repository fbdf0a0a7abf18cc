import type { Redis } from 'ioredis'
import { createBatch } from '../concurrency/batch.ts'
import { digestOf } from '../digest.ts'
import type { VariantKey } from '../image/index.ts'
import type { Link, LinkCache } from '../ports/link-store.ts'
import { patienceMs, translateErrors } from './translate-errors.ts'

export type RedisLinkCacheOptions = {
  readonly redis: Redis
  readonly prefix: string
  /** How long a link is believed without asking again, ms. */
  readonly ttlMs: number
}

/** Of links that are looked for in one turn: so many by one command. */
const maxLookups = 100

/** The links that any api process has asked for lately. */
export function createRedisLinkCache({ redis, prefix, ttlMs }: RedisLinkCacheOptions): LinkCache {
  const nameOf = (key: VariantKey) => `${prefix}:link:${digestOf(key)}`
  const get = createBatch<VariantKey, Link | undefined>({
    async ask(keys) {
      const urls = await translateErrors(redis.mget(keys.map(nameOf)), patienceMs)
      return urls.map((url) => (url === null ? undefined : { url }))
    },
    maxItems: maxLookups,
    isOutage: () => true,
  })
  return {
    get,
    async set(key, { url }) {
      await translateErrors(redis.set(nameOf(key), url, 'PX', ttlMs), patienceMs)
    },
    async delete(key) {
      await translateErrors(redis.del(nameOf(key)), patienceMs)
    },
  }
}
