import { type Backlog, createBacklog } from '@iaas/common/bullmq/backlog'
import { boundBacklog } from '@iaas/common/bullmq/bound-backlog'
import { type Queues, openQueues } from '@iaas/common/bullmq/open-queues'
import { createPersistence } from '@iaas/common/bullmq/persistence'
import {
  chooseQueueBackend,
  createSpool,
  createVariantStore,
} from '@iaas/common/composition/backends'
import { watchBackends } from '@iaas/common/composition/watch-backends'
import type { CircuitBreaker } from '@iaas/common/concurrency/circuit-breaker'
import { guard } from '@iaas/common/concurrency/guard'
import { toFolders } from '@iaas/common/disk/config'
import { createDiskOriginalStore } from '@iaas/common/disk/original-store'
import type { Closers } from '@iaas/common/lifecycle/closers'
import type { LinkStore } from '@iaas/common/ports/link-store'
import type { Persistence } from '@iaas/common/ports/persistence'
import type { Spool } from '@iaas/common/ports/spool'
import type { TokenStore } from '@iaas/common/ports/token-store'
import type { VariantStore } from '@iaas/common/ports/variant-store'
import { type Database, createDatabase } from '@iaas/common/postgres/database'
import { createPostgresLinkStore } from '@iaas/common/postgres/link-store'
import { requirePostgresUrl } from '@iaas/common/postgres/require-url'
import { createPostgresTokenStore } from '@iaas/common/postgres/token-store'
import type { ApiOptions } from './create-api.ts'
import { type LinkLayers, createLinkLayers } from './create-link-layers.ts'
import { boundUnprovenTokens } from './limits/unproven-tokens.ts'
import { maxProxied } from './proxied/places.ts'
import { watchStore } from './stored/watch-store.ts'

/** An answer may wait for the object of a proxied hit; there is always the render instead, ms. */
const readObjectLimitMs = 1000
/** To the variant store, besides those of proxied hits: for the question whether it is there. */
const otherConnections = 4

export type Stores = {
  readonly originals: ReturnType<typeof createDiskOriginalStore>
  readonly tokens: TokenStore
  readonly links: LinkStore
  readonly layers: LinkLayers
  readonly variants: VariantStore
  /** The folder that the variants lie in, which the api then serves; undefined where they lie in a bucket. */
  readonly servedFolder: string | undefined
  /** See `watchStore`. A folder is never away. */
  readonly isStoreAway: () => boolean
  readonly spool: Spool
  readonly queues: Queues
  readonly backlog: Backlog
  readonly persistence: Persistence
  /** Of Redis, where there is one. */
  readonly redisBreaker: CircuitBreaker | undefined
}

/** The stores that the configuration asks for, each behind a breaker: one that is down costs an answer nothing. */
export async function createStores(
  { config, log, telemetry }: ApiOptions,
  closers: Closers,
): Promise<Stores> {
  const folders = toFolders(config)
  const url = requirePostgresUrl(config.postgresql)
  const { pool: poolSize, prepared: preparesStatements } = config.postgresql
  const db = createDatabase({ url, poolSize, preparesStatements, log })
  closers.add('database', () => db.destroy())
  // More than there are readers, so that none of them waits for another.
  const limits = { timeoutMs: readObjectLimitMs, connections: maxProxied + otherConnections }
  const { variants, servedFolder } = await createVariantStore(config, folders, closers, limits)
  const spool = createSpool(config, folders, closers, log)
  const queue = chooseQueueBackend(config, url)
  const queues = openQueues(queue, log, closers)
  const persistence = createPersistence({ backend: queue, log })
  closers.add('queue', () => persistence[Symbol.asyncDispose]())
  const backlog = createBacklog({ queues })
  const bounded = boundBacklog(persistence, { backlog, maxJobs: config.spool.max_jobs })
  const hasRedis = config.redis.url !== undefined
  const breakers = watchBackends(telemetry.dependencies, { db, variants, spool, hasRedis })
  closers.add('dependencies', () => telemetry.dependencies.close())
  const { database, variantStore, redis } = breakers
  const layers = createLinkLayers(config.redis.url, redis, log, closers)
  return {
    originals: createDiskOriginalStore({ dir: folders.originals }),
    tokens: createTokens(db, database, poolSize),
    links: guard(createPostgresLinkStore(db), database, 'find', 'record', 'remove', 'count'),
    layers,
    variants: guard(variants, variantStore, 'open'),
    servedFolder,
    isStoreAway: servedFolder === undefined ? watchStore({ variants, log, closers }) : () => false,
    spool: redis === undefined ? spool : guard(spool, redis, 'put', 'get', 'size', 'drop'),
    queues,
    backlog,
    redisBreaker: redis,
    persistence: guard<Persistence>(bounded, redis ?? database, 'schedule'),
  }
}

function createTokens(db: Database, breaker: CircuitBreaker, poolSize: number): TokenStore {
  const tokens = createPostgresTokenStore(db)
  const guarded = guard(tokens, breaker, 'issue', 'isClaimable', 'claim', 'complete', 'release')
  return boundUnprovenTokens(guarded, poolSize)
}
