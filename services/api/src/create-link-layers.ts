import type { CircuitBreaker } from '@iaas/common/concurrency/circuit-breaker'
import { guard } from '@iaas/common/concurrency/guard'
import type { Closers } from '@iaas/common/lifecycle/closers'
import type { Logger } from '@iaas/common/log'
import { createLinkMemory } from '@iaas/common/memory/link-memory'
import type { LinkCache, LinkMemory } from '@iaas/common/ports/link-store'
import { createPostgresLinkChanges } from '@iaas/common/postgres/link-changes'
import { createRedis } from '@iaas/common/redis/connection'
import { createRedisLinkCache } from '@iaas/common/redis/link-cache'

/** Two memories in a row: together they must forget a link within a minute of its row's end. */
const linkTtlMs = 25_000
const maxLinksInMemory = 200_000

export type LinkLayers = { readonly memory: LinkMemory; readonly shared: LinkCache | undefined }

/** The memories of links: this process, and Redis where there is one. */
export function createLinkLayers(
  redisUrl: string | undefined,
  breaker: CircuitBreaker | undefined,
  log: Logger,
  closers: Closers,
): LinkLayers {
  const memory = createLinkMemory({ maxItems: maxLinksInMemory, ttlMs: linkTtlMs })
  if (redisUrl === undefined || breaker === undefined) return { memory, shared: undefined }
  const redis = createRedis({ url: redisUrl, role: 'cache', log })
  closers.add('link cache', () => redis.disconnect())
  const cache = createRedisLinkCache({ redis, prefix: 'iaas', ttlMs: linkTtlMs })
  return { memory, shared: guard(cache, breaker, 'get', 'set', 'delete') }
}

/** Listens to the database; what is missed while the connection is away is forgotten by its age. */
export function forgetChangedLinks(
  url: string,
  { memory, shared }: LinkLayers,
  log: Logger,
  closers: Closers,
): void {
  const changes = createPostgresLinkChanges({ url, log })
  const subscription = changes.subscribe(
    (key) => {
      memory.delete(key)
      shared?.delete(key).catch(() => {})
    },
    () => log.info('link changes may have been missed'),
  )
  closers.add('link changes', async () => (await subscription)[Symbol.asyncDispose]())
}
