import type { Redis } from 'ioredis'
import type { Logger } from '@iaas/common/log'
import { type RedisRole, createRedis } from './connection.ts'
import { warnOfEviction } from './warn-of-eviction.ts'

/** Opens a connection of a service; undefined if no Redis is configured. */
export function openRedis(
  { url }: { readonly url?: string | undefined },
  role: RedisRole,
  log: Logger,
): (Redis & AsyncDisposable) | undefined {
  if (url === undefined) return undefined
  const redis = createRedis({ url, role, log })
  if (role === 'producer') warnOfEviction(redis, log)
  return Object.assign(redis, {
    async [Symbol.asyncDispose]() {
      redis.disconnect()
    },
  })
}
