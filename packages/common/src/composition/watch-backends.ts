import type { Dependencies } from '../metrics/dependencies.ts'
import type { Spool } from '../ports/spool.ts'
import type { VariantStore } from '../ports/variant-store.ts'
import { type Database, pingDatabase } from '../postgres/database.ts'

export type WatchedBackends = {
  readonly db: Database
  readonly variants: VariantStore
  readonly spool: Spool
  /** Whether the spool lies in Redis, so that its answer is that of Redis. */
  readonly hasRedis: boolean
}

/** Tells of the stores that a service works with. */
export function watchBackends(dependencies: Dependencies, backends: WatchedBackends): void {
  const { db, variants, spool, hasRedis } = backends
  dependencies.add('database', () => pingDatabase(db))
  dependencies.add('variant-store', () => variants.ping())
  if (hasRedis) dependencies.add('redis', () => spool.usage())
}
