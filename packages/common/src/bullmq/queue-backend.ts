import { keepProcessAlive } from '../postgres/keep-process-alive.ts'

/**
 * Where the queues live: BullMQ runs on both. `namespace` keeps queues apart that share a server: the prefix of their
 * keys in Redis (`iaas` where none is given), their schema in PostgreSQL (`bullmq`).
 */
export type QueueBackend = {
  readonly kind: 'redis' | 'postgres'
  readonly url: string
  readonly namespace?: string
}

/** Queues are enough of a load for a few connections only. */
const postgresPoolSize = 4

/** How long a connection is waited for, be it a new one or one of the pool that is in use, ms. */
const connectionWaitMs = 2000

/** What BullMQ's PostgreSQL backend connects with. The first that comes migrates the schema, under a lock. */
export function toPostgresConnection(
  { url, namespace = 'bullmq' }: QueueBackend,
  waitMs = connectionWaitMs,
) {
  return {
    connectionString: url,
    schema: namespace,
    migrate: true,
    max: postgresPoolSize,
    connectionTimeoutMillis: waitMs,
    query_timeout: 10_000,
    keepAlive: true,
    onConnect: keepProcessAlive,
  }
}
