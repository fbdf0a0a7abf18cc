import type { CircuitBreaker } from '@iaas/common/concurrency/circuit-breaker'
import type { Dependencies } from '@iaas/common/metrics/dependencies'
import type { Spool } from '@iaas/common/ports/spool'
import type { VariantStore } from '@iaas/common/ports/variant-store'
import { isRedisFull } from '../redis/is-full.ts'
import { type Database, pingDatabase } from '../postgres/database.ts'

/** Name of the database in the metrics and in `/readyz`. */
export const databaseName = 'database'

export type WatchedBackends = {
  readonly db: Database
  readonly variants: VariantStore
  readonly spool: Spool
  /** True if the spool is in Redis, so that Redis decides its state. */
  readonly hasRedis: boolean
}

/** Circuit breakers of the stores. The folders of a single machine need none. */
export type BackendBreakers = {
  readonly database: CircuitBreaker
  readonly variantStore: CircuitBreaker
  readonly redis: CircuitBreaker | undefined
}

/** Registers the stores of a service as dependencies. */
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
