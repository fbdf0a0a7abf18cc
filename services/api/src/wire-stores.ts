import type { Backlog } from '@iaas/queue/backlog'
import { boundBacklog } from '@iaas/queue/bound-backlog'
import type { BackendBreakers } from '@iaas/stores/composition/watch-backends'
import { guard } from '@iaas/common/concurrency/guard'
import { createLinkMemory } from '@iaas/stores/memory/link-memory'
import type { Cdn } from '@iaas/common/ports/cdn'
import type { LinkList, LinkStore } from '@iaas/common/ports/link-store'
import type { ObjectLedger } from '@iaas/common/ports/object-ledger'
import type { OriginalLedger } from '@iaas/common/ports/original-ledger'
import type { OpacityCache } from '@iaas/common/ports/opacity-cache'
import type { Persistence } from '@iaas/common/ports/persistence'
import type { Spool } from '@iaas/common/ports/spool'
import type { Replacements } from '@iaas/common/ports/replacements'
import type { Epochs } from '@iaas/common/ports/epochs'
import type { TokenStore } from '@iaas/common/ports/token-store'
import type { RenderLeases } from '@iaas/common/ports/render-leases'
import type { VariantStore } from '@iaas/common/ports/variant-store'
import type { Database } from '@iaas/stores/postgres/database'
import { createPostgresLinkList } from '@iaas/stores/postgres/link-list'
import type { RepeatableCalls } from '@iaas/common/ports/repeatable-calls'
import { createPostgresRepeatableCalls } from '@iaas/stores/postgres/repeatable-calls'
import type { Collections } from '@iaas/common/ports/collections'
import type { Purges } from '@iaas/common/ports/purges'
import { createPostgresCollections } from '@iaas/stores/postgres/collections/collections'
import { createPostgresPurges } from '@iaas/stores/postgres/purges/purges'
import { createPostgresOriginalLedger } from '@iaas/stores/postgres/original-ledger'
import { createPostgresObjectLedger } from '@iaas/stores/postgres/object-ledger'
import { createPostgresLinkStore } from '@iaas/stores/postgres/link-store'
import { createPostgresEpochs } from '@iaas/stores/postgres/epochs'
import { createPostgresReplacements } from '@iaas/stores/postgres/replacements'
import { createPostgresTokenStore } from '@iaas/stores/postgres/token-store'
import type { RedisClient } from '@iaas/stores/redis/connection'
import { createRedisLinkCache } from '@iaas/stores/redis/link-cache'
import { createRedisOpacityCache } from '@iaas/stores/redis/opacity-cache'
import { createRedisRenderLeases } from '@iaas/stores/redis/render-leases'
import { type FollowedEpochs, createKnownEpochs } from './epochs/known-epochs.ts'
import { capacities, durations, keptUnlinkedSeconds } from './capacities.ts'
import type { ApiConfig } from './config.ts'
import type { SharedCounts } from './limits/rate-limit.ts'
import { boundUnprovenTokens } from './limits/unproven-tokens.ts'
import type { LinkLayers } from './links/forget-changed-links.ts'

/** Adapters as they were built, unguarded. */
export type RawStores = {
  readonly config: ApiConfig
  readonly db: Database
  readonly variants: VariantStore
  readonly cdn: Cdn
  readonly spool: Spool
  readonly persistence: Persistence
  readonly backlog: Backlog
  /** A connection of the role `cache`, if there is a Redis. */
  readonly redis: RedisClient | undefined
  readonly breakers: BackendBreakers
}

/** Puts each store behind its circuit breaker, so that an outage costs an answer nothing. */
export type Stores = {
  readonly variants: VariantStore
  readonly spool: Spool
  readonly persistence: Persistence
  readonly links: LinkStore
  readonly linkList: LinkList
  readonly ledger: OriginalLedger
  readonly objects: ObjectLedger
  readonly tokens: TokenStore
  readonly replacements: Replacements
  readonly purges: Purges
  readonly calls: RepeatableCalls
  readonly collections: Collections
  readonly layers: LinkLayers
  readonly epochs: FollowedEpochs
  readonly raises: Pick<Epochs, 'waitingFor'>
  /** undefined without Redis. */
  readonly opacity: OpacityCache | undefined
  readonly leases: RenderLeases | undefined
  readonly sharedCounts: SharedCounts | undefined
}

export function wireStores(raw: RawStores): Stores {
  const { config, db, cdn, spool, persistence, backlog, redis, breakers } = raw
  const { database, variantStore, redis: breaker } = breakers
  const shared = redis && breaker && { redis, breaker }
  const place = shared && { redis: shared.redis, prefix: 'iaas' }
  const tokens = createPostgresTokenStore(db)
  const bound = boundUnprovenTokens(config.postgresql.poolSize)
  const memory = createLinkMemory({ maxItems: capacities.links, ttlMs: durations.linkTtl })
  const epochs = createKnownEpochs()
  epochs.onRaise((originals) => memory.deleteOf(originals))
  const bounded = boundBacklog(persistence, { backlog, maxJobs: config.spool.maxJobs })
  return {
    variants: guard(raw.variants, variantStore, 'open'),
    spool: breaker === undefined ? spool : guard(spool, breaker, 'put', 'get', 'size', 'drop'),
    persistence: guard<Persistence>(bounded, breakers.queues, 'schedule'),
    links: guard(
      createPostgresLinkStore(db, { cdn, noteEpoch: (id, epoch) => epochs.note(id, epoch) }),
      database,
      'find',
      'record',
      'remove',
      'count',
    ),
    linkList: guard(createPostgresLinkList(db), database, 'list'),
    ledger: guard(
      createPostgresOriginalLedger(db),
      database,
      'mark',
      'findDue',
      'takeDue',
      'settle',
      'takeOver',
      'list',
    ),
    objects: guard(createPostgresObjectLedger(db, cdn), database, 'find'),
    tokens: bound(
      guard(tokens, database, 'issue', 'take', 'isClaimable', 'claim', 'complete', 'release'),
    ),
    replacements: bound(
      guard(
        createPostgresReplacements(db, { cdn, keepSeconds: keptUnlinkedSeconds(config) }),
        database,
        'issue',
        'take',
        'isClaimable',
        'claim',
        'renew',
        'complete',
        'release',
      ),
    ),
    raises: guard(createPostgresEpochs(db), database, 'waitingFor'),
    calls: guard(createPostgresRepeatableCalls(db), database, 'begin', 'keep', 'forget'),
    collections: guard(createPostgresCollections(db), database, 'start', 'list', 'cancel'),
    purges: guard(createPostgresPurges(db), database, 'create', 'find', 'change', 'order'),
    layers: {
      memory,
      shared: place && guardCache({ ...place, cdn, ttlMs: durations.linkTtl }, shared.breaker),
    },
    epochs,
    opacity:
      place &&
      guard(
        createRedisOpacityCache({ ...place, ttlMs: durations.opacityTtl }),
        shared.breaker,
        'get',
        'set',
        'delete',
      ),
    leases:
      place &&
      guard(
        createRedisRenderLeases({ ...place, lifeMs: durations.renderLease }),
        shared.breaker,
        'claim',
      ),
    sharedCounts: shared,
  }
}

function guardCache(
  options: Parameters<typeof createRedisLinkCache>[0],
  breaker: SharedCounts['breaker'],
) {
  return guard(createRedisLinkCache(options), breaker, 'get', 'set', 'delete')
}
