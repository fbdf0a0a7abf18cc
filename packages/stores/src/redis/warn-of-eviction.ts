import type { Logger } from '@iaas/common/log'
import type { RedisClient } from './connection.ts'

/**
 * The queues lose jobs if their keys are evicted. The link cache needs no eviction either, because its entries expire.
 */
const safePolicy = 'noeviction'

/** Warns on each connection if Redis may evict keys when its memory is full. */
export function warnOfEviction(redis: RedisClient, log: Logger): void {
  async function check(): Promise<void> {
    try {
      const policy = /^maxmemory_policy:(\S+)/m.exec(await redis.info('memory'))?.[1] ?? safePolicy
      if (policy === safePolicy) return
      log.warn('redis may evict jobs: its maxmemory-policy must be noeviction', { policy })
    } catch (error) {
      log.debug('policy of redis not known', { error })
    }
  }

  redis.on('ready', () => void check())
}
