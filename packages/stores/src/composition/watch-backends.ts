import type { CircuitBreaker } from '@iaas/common/concurrency/circuit-breaker'
import type { Dependencies } from '@iaas/common/metrics/dependencies'
import type { Spool } from '@iaas/common/ports/spool'
import type { VariantStore } from '@iaas/common/ports/variant-store'
import { isRedisFull } from '../redis/is-full.ts'
import { type Database, pingDatabase } from '../postgres/database.ts'

/** The name that the metrics and `/readyz` have for the database. */
export const databaseName = 'database'

export type WatchedBackends = {
  readonly db: Database
  readonly variants: VariantStore
  readonly spool: Spool
  /** Whether the spool lies in Redis, so that its answer is that of Redis. */
  readonly hasRedis: boolean
}

/** What keeps calls away from each store that is down. The folders of one machine need none. */
export type BackendBreakers = {
  readonly database: CircuitBreaker
  readonly variantStore: CircuitBreaker
  readonly redis: CircuitBreaker | undefined
}

/** Tells of the stores that a service works with. */
export function watchBackends(
  dependencies: Dependencies,
  backends: WatchedBackends,
): BackendBreakers {
  const { db, variants, spool, hasRedis } = backends
  const outage = 'STORE_UNAVAILABLE'
  return {
    database: dependencies.add(databaseName, () => pingDatabase(db), outage),
    variantStore: dependencies.add('variant-store', () => variants.ping(), outage),
    redis: hasRedis
      ? dependencies.add('redis', () => spool.ping(), outage, isRedisFull)
      : undefined,
  }
}
