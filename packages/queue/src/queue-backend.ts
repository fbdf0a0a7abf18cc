import pg from 'pg'
import { toConnection } from '@iaas/stores/postgres/connection'
import { ignoreConnectionErrors } from '@iaas/stores/postgres/ignore-connection-errors'

/**
 * Where the queues live: BullMQ runs on both. `namespace` keeps queues apart that share a server: the prefix of their
 * keys in Redis (`iaas` where none is given), their schema in PostgreSQL (`bullmq`).
 */
export type QueueBackend = {
  readonly kind: 'redis' | 'postgres'
  readonly url: string
  readonly namespace?: string
}

/** Redis where it is configured; otherwise the database. */
export function chooseQueueBackend(
  { redis }: { readonly redis: { readonly url?: string | undefined } },
  databaseUrl: string,
): QueueBackend {
  return redis.url === undefined
    ? { kind: 'postgres', url: databaseUrl }
    : { kind: 'redis', url: redis.url }
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
  const { connectionString, ...tls } = toConnection(url)
  return {
    connectionString: withoutStartupOptions(connectionString),
    ...tls,
    schema: namespace,
    migrate: true,
    max: postgresPoolSize,
    connectionTimeoutMillis: waitMs,
    query_timeout: 10_000,
    keepAlive: true,
    async onConnect(client: pg.ClientBase) {
      ignoreConnectionErrors(client)
      await client.query(`SET search_path TO ${pg.escapeIdentifier(namespace)}`)
    },
  }
}

/**
 * BullMQ chooses its schema by the startup parameter `options`, which poolers refuse or drop. An address that has this
 * parameter, be it empty, wins over BullMQ; the schema is then chosen by a statement.
 */
function withoutStartupOptions(connectionString: string): string {
  const address = new URL(connectionString)
  if (!address.searchParams.has('options')) address.searchParams.set('options', '')
  return address.href
}
