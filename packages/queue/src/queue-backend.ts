import pg from 'pg'
import { toConnection } from '@iaas/stores/postgres/connection'
import { ignoreConnectionErrors } from '@iaas/stores/postgres/ignore-connection-errors'
import type { RedisConfig } from '@iaas/stores/redis/config'
import type { RedisServers } from '@iaas/stores/redis/servers'
import { queuePrefix } from '@iaas/common/jobs/queues'

/**
 * Server of the queues; BullMQ runs on both kinds. `namespace` separates queues on a shared server: the key prefix in
 * Redis (default `iaas`), the schema in PostgreSQL (default `bullmq`).
 */
export type QueueBackend = RedisQueues | PostgresQueues

export type QueueServer =
  ({ readonly kind: 'redis' } & RedisServers) | { readonly kind: 'postgres'; readonly url: string }

type Namespace = { readonly namespace?: string }
export type RedisQueues = Extract<QueueServer, { kind: 'redis' }> & Namespace
export type PostgresQueues = Extract<QueueServer, { kind: 'postgres' }> & Namespace

/** Returns Redis if it is configured, otherwise the database. */
export function chooseQueueBackend(
  { redis: { queueServers } }: { readonly redis: Pick<RedisConfig, 'queueServers'> },
  databaseUrl: string,
): QueueBackend {
  return queueServers === undefined
    ? { kind: 'postgres', url: databaseUrl }
    : { kind: 'redis', ...queueServers }
}

/**
 * Returns the key prefix of the queues. In a cluster it is a hash tag, because each script of BullMQ changes several
 * keys. On other servers it is none, or the jobs that wait in existing installations would be lost.
 */
export function toQueuePrefix(queues: RedisQueues): string {
  const { namespace = queuePrefix } = queues
  return 'cluster' in queues ? `{${namespace}}` : namespace
}

/** The queues need only a few connections. */
const postgresPoolSize = 4

/** Timeout for a connection, new or from the pool, ms. */
const connectionWaitMs = 2000

/**
 * Returns the connection options of BullMQ's PostgreSQL backend. The first connection migrates the schema, under a
 * lock.
 */
export function toPostgresConnection(
  { url, namespace = 'bullmq' }: PostgresQueues,
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
 * Adds an empty parameter `options` to the URL. BullMQ selects its schema by the startup parameter `options`, which
 * connection poolers reject or drop. A parameter in the URL, even an empty one, overrides BullMQ's, which then selects
 * the schema by a statement.
 */
function withoutStartupOptions(connectionString: string): string {
  const address = new URL(connectionString)
  if (!address.searchParams.has('options')) address.searchParams.set('options', '')
  return address.href
}
