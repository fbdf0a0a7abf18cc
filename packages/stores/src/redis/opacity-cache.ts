import { digestOf } from '@iaas/common/digest'
import type { ImageId } from '@iaas/common/image'
import type { OpacityCache } from '@iaas/common/ports/opacity-cache'
import type { RedisClient } from './connection.ts'
import { maxWaitMs, translateErrors } from './translate-errors.ts'

export type RedisOpacityCacheOptions = {
  readonly redis: RedisClient
  readonly prefix: string
  /** TTL of a fact, ms. */
  readonly ttlMs: number
}

const texts = { opaque: '1', other: '0' } as const

/** Caches the opacity of originals in Redis for all processes that share it. */
export function createRedisOpacityCache(options: RedisOpacityCacheOptions): OpacityCache {
  const { redis, prefix, ttlMs } = options
  const nameOf = (id: ImageId) => `${prefix}:opaque:${digestOf(id)}`
  return {
    async get(id) {
      const text = await translateErrors(redis.get(nameOf(id)), maxWaitMs)
      return text === null ? undefined : text === texts.opaque
    },
    async set(id, isOpaque) {
      const text = isOpaque ? texts.opaque : texts.other
      await translateErrors(redis.set(nameOf(id), text, 'PX', ttlMs), maxWaitMs)
    },
    async delete(id) {
      await translateErrors(redis.del(nameOf(id)), maxWaitMs)
    },
  }
}
