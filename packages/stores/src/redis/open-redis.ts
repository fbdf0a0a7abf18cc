import type { Logger } from '@iaas/common/log'
import { type RedisClient, type RedisRole, createRedis } from './connection.ts'
import type { RedisServers } from './servers.ts'
import { warnOfEviction } from './warn-of-eviction.ts'

/** Opens a connection of a service; undefined if no Redis is configured. */
export function openRedis(
  servers: RedisServers | undefined,
  role: RedisRole,
  log: Logger,
): (RedisClient & AsyncDisposable) | undefined {
  if (servers === undefined) return undefined
  const redis = createRedis({ ...servers, role, log })
  if (role === 'producer') warnOfEviction(redis, log)
  return Object.assign(redis, {
    async [Symbol.asyncDispose]() {
      redis.disconnect()
    },
  })
}
