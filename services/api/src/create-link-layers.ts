import type { CircuitBreaker } from '@iaas/common/concurrency/circuit-breaker'
import { guard } from '@iaas/common/concurrency/guard'
import type { Closers } from '@iaas/common/lifecycle/closers'
import type { Logger } from '@iaas/common/log'
import { createMemoryLinkCache } from '@iaas/common/memory/link-cache'
import { createPostgresLinkChanges } from '@iaas/common/postgres/link-changes'
import { createRedis } from '@iaas/common/redis/connection'
import { createRedisLinkCache } from '@iaas/common/redis/link-cache'
import type { CacheLayer } from './links/cached-links.ts'

/** Two memories in a row: together they must forget a link within a minute of its row's end. */
const linkTtlMs = 25_000
const maxLinksInMemory = 200_000

/** The memories of links, the nearest first: this process, then Redis where there is one. */
export function createLinkLayers(
  redisUrl: string | undefined,
  breaker: CircuitBreaker | undefined,
  log: Logger,
  closers: Closers,
): readonly CacheLayer[] {
  const memory = createMemoryLinkCache({ maxItems: maxLinksInMemory, ttlMs: linkTtlMs })
  const nearest: CacheLayer = { name: 'memory', cache: memory }
  if (redisUrl === undefined || breaker === undefined) return [nearest]
  const redis = createRedis({ url: redisUrl, role: 'cache', log })
  closers.add('link cache', () => redis.disconnect())
  const shared = createRedisLinkCache({ redis, prefix: 'iaas', ttlMs: linkTtlMs })
  return [nearest, { name: 'redis', cache: guard(shared, breaker, 'get', 'set', 'delete') }]
}

/** Listens to the database; what is missed while the connection is away is forgotten by its age. */
export function forgetChangedLinks(
  url: string,
  layers: readonly CacheLayer[],
  log: Logger,
  closers: Closers,
): void {
  const changes = createPostgresLinkChanges({ url, log })
  const subscription = changes.subscribe(
    (key) => {
      for (const { cache } of layers) cache.delete(key).catch(() => {})
    },
    () => log.info('link changes may have been missed'),
  )
  closers.add('link changes', async () => (await subscription)[Symbol.asyncDispose]())
}
