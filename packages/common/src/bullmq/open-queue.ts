import { Queue, createPostgresBackend } from 'bullmq'
import { queuePrefix } from '../jobs.ts'
import type { Logger } from '../log.ts'
import { createRedis } from '../redis/connection.ts'
import { type QueueBackend, toPostgresConnection } from './queue-backend.ts'

/** A queue to look into: what waits in it, what has failed. */
export type OpenQueue = AsyncDisposable & { readonly queue: Queue }

/** Its server has to answer. The caller disposes of it. */
export function openQueue(backend: QueueBackend, name: string, log: Logger): OpenQueue {
  return backend.kind === 'redis'
    ? openRedisQueue(backend, name, log)
    : openPostgresQueue(backend, name, log)
}

function openRedisQueue(backend: QueueBackend, name: string, log: Logger): OpenQueue {
  const { url, namespace = queuePrefix } = backend
  const redis = createRedis({ url, role: 'worker', log })
  const queue = new Queue(name, { connection: redis, prefix: namespace })
  queue.on('error', (error) => log.debug('queue connection lost', { queue: name, error }))
  return {
    queue,
    async [Symbol.asyncDispose]() {
      await queue.close()
      redis.disconnect()
    },
  }
}

function openPostgresQueue(backend: QueueBackend, name: string, log: Logger): OpenQueue {
  const connection = toPostgresConnection(backend)
  const queue = new Queue(name, { connection }, createPostgresBackend)
  queue.on('error', (error) => log.debug('queue connection lost', { queue: name, error }))
  // The same class, but for the type of the backend that it hides.
  return { queue: queue as unknown as Queue, [Symbol.asyncDispose]: () => queue.close() }
}
