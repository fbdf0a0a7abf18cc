import type { Logger } from '@iaas/common/log'
import { type RedisClient, createRedis } from '@iaas/stores/redis/connection'
import {
  type PostgresQueues,
  type QueueBackend,
  type RedisQueues,
  toPostgresConnection,
  toQueuePrefix,
} from './queue-backend.ts'

/** A client of BullMQ that is created once its server answers. */
export type LazyClient<Client> = {
  /** Rejects while the server is down or hung; works again without a restart. */
  get(): Promise<Client>
  /** Moves the client to a new connection. */
  reconnect(): void
  close(): Promise<void>
}

type Closable = { close(): Promise<void> }
type PostgresClosable = Closable & {
  on(event: 'error', listener: (error: Error) => void): unknown
  waitUntilReady(): Promise<unknown>
}

/** Timeout of a producer's connection, ms. Jobs added by the hundred wait for a connection; that is not an outage. */
const producerWaitMs = 10_000

/** Functions that create a client for each kind of server. */
export type ClientRecipes<Client extends Closable> = {
  redis(options: { readonly connection: RedisClient; readonly prefix: string }): Client
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

/** Creates the client once Redis has answered: a client created while Redis is down or hung stays pending for ever. */
function createRedisClient<Client extends Closable>(
  queues: RedisQueues,
  log: Logger,
  recipes: ClientRecipes<Client>,
): LazyClient<Client> {
  const redis = createRedis({ ...queues, role: 'queue', log })
  const firstTry = new Promise<void>((resolve) => {
    redis.once('ready', () => resolve())
    redis.once('close', () => resolve())
    // While no sentinel answers, there is no connection to close.
    redis.once('error', () => resolve())
  })
  let client: Client | undefined

  return {
    async get() {
      await firstTry
      if (redis.status !== 'ready') throw new Error(`Redis is ${redis.status}.`)
      client ??= recipes.redis({ connection: redis, prefix: toQueuePrefix(queues) })
      return client
    },
    reconnect: () => redis.disconnect(true),
    async close() {
      await client?.close()
      redis.disconnect()
    },
  }
}

/** Keeps only a client that has connected, because a client remembers that its first connection failed. */
function createPostgresClient<Client extends Closable>(
  backend: PostgresQueues,
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
    // The pool has already removed its broken connections.
    reconnect: () => {},
    async close() {
      const client = await opened?.catch(() => undefined)
      await client?.close()
    },
  }
}
