import type { Redis } from 'ioredis'
import { queuePrefix } from '@iaas/common/jobs/queues'
import type { Logger } from '@iaas/common/log'
import { createRedis } from '@iaas/stores/redis/connection'
import { type QueueBackend, toPostgresConnection } from './queue-backend.ts'

/** A client of BullMQ that comes to be once its server answers. */
export type LazyClient<Client> = {
  /** Rejects while the server is down or hung; nobody has to start again once it is back. */
  get(): Promise<Client>
  /** Has the client work on a new connection from now on. */
  reconnect(): void
  close(): Promise<void>
}

type Closable = { close(): Promise<void> }
type PostgresClosable = Closable & {
  on(event: 'error', listener: (error: Error) => void): unknown
  waitUntilReady(): Promise<unknown>
}

/** Jobs that are added by the hundred wait for a connection: that is no outage, ms. */
const producerWaitMs = 10_000

/** How a client is built on each server. */
export type ClientRecipes<Client extends Closable> = {
  redis(options: { readonly connection: Redis; readonly prefix: string }): Client
  postgres(options: {
    readonly connection: ReturnType<typeof toPostgresConnection>
  }): Client & PostgresClosable
}

export function createLazyClient<Client extends Closable>(
  backend: QueueBackend,
  log: Logger,
  recipes: ClientRecipes<Client>,
): LazyClient<Client> {
  return backend.kind === 'redis'
    ? createRedisClient(backend, log, recipes)
    : createPostgresClient(backend, log, recipes)
}

/** A client that is built while its Redis is down or hung pends for ever: it is built once Redis has answered. */
function createRedisClient<Client extends Closable>(
  { url, namespace = queuePrefix }: QueueBackend,
  log: Logger,
  recipes: ClientRecipes<Client>,
): LazyClient<Client> {
  const redis = createRedis({ url, role: 'queue', log })
  const firstTry = new Promise<void>((resolve) => {
    redis.once('ready', () => resolve())
    redis.once('close', () => resolve())
  })
  let client: Client | undefined

  return {
    async get() {
      await firstTry
      if (redis.status !== 'ready') throw new Error(`Redis is ${redis.status}.`)
      client ??= recipes.redis({ connection: redis, prefix: namespace })
      return client
    },
    reconnect: () => redis.disconnect(true),
    async close() {
      await client?.close()
      redis.disconnect()
    },
  }
}

/** A client remembers that its first connection failed: only one that has connected is kept. */
function createPostgresClient<Client extends Closable>(
  backend: QueueBackend,
  log: Logger,
  recipes: ClientRecipes<Client>,
): LazyClient<Client> {
  let opened: Promise<Client> | undefined

  async function open(): Promise<Client> {
    const client = recipes.postgres({ connection: toPostgresConnection(backend, producerWaitMs) })
    client.on('error', (error) => log.debug('queue connection lost', { error }))
    try {
      await client.waitUntilReady()
      return client
    } catch (error) {
      opened = undefined
      client.close().catch(() => {})
      throw error
    }
  }

  return {
    get: () => (opened ??= open()),
    // Its pool has taken the broken ones out by itself.
    reconnect: () => {},
    async close() {
      const client = await opened?.catch(() => undefined)
      await client?.close()
    },
  }
}
