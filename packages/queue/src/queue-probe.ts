import type { Logger } from '@iaas/common/log'
import type { RedisConfig } from '@iaas/stores/redis/config'
import { openRedis } from '@iaas/stores/redis/open-redis'
import { probeRedis } from '@iaas/stores/redis/probe'
import { toQueuePrefix } from './queue-backend.ts'

/** A probe of the servers of the queues. */
export type QueueProbe = AsyncDisposable & {
  /** @throws AppError STORE_UNAVAILABLE unless they accept jobs */
  ping(): Promise<void>
}

/** Opens a probe if the queues have a Redis of their own. Otherwise the probe of another store covers them. */
export function openQueueProbe(
  { queueServers, separatesQueues }: RedisConfig,
  log: Logger,
): QueueProbe | undefined {
  const redis = openRedis(separatesQueues ? queueServers : undefined, 'producer', log)
  if (redis === undefined || queueServers === undefined) return undefined
  const prefix = toQueuePrefix({ kind: 'redis', ...queueServers })
  return {
    ping: () => probeRedis(redis, prefix),
    [Symbol.asyncDispose]: () => redis[Symbol.asyncDispose](),
  }
}
