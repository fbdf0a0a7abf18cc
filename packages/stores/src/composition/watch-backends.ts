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
  /** Probe of the queues; undefined unless they have a Redis of their own. */
  readonly queueProbe: { ping(): Promise<void> } | undefined
}

/** Circuit breakers of the stores. The folders of a single machine need none. */
export type BackendBreakers = {
  readonly database: CircuitBreaker
  readonly variantStore: CircuitBreaker
  readonly redis: CircuitBreaker | undefined
  /** Breaker of the server that keeps the queues: their own Redis, the one of the spool, or the database. */
  readonly queues: CircuitBreaker
}

/** Registers the stores of a service as dependencies. */
export function watchBackends(
  dependencies: Dependencies,
  backends: WatchedBackends,
): BackendBreakers {
  const { db, variants, spool, hasRedis, queueProbe } = backends
  const outage = 'STORE_UNAVAILABLE'
  const addRedis = (name: string, ping: () => Promise<void>) =>
    dependencies.add(name, ping, outage, isRedisFull)
  const database = dependencies.add(databaseName, () => pingDatabase(db), outage)
  const variantStore = dependencies.add('variant-store', () => variants.ping(), outage)
  const redis = hasRedis ? addRedis('redis', () => spool.ping()) : undefined
  const queues = queueProbe && addRedis('redis-queues', () => queueProbe.ping())
  return { database, variantStore, redis, queues: queues ?? redis ?? database }
}
