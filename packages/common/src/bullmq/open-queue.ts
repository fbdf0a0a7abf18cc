import { Queue, createPostgresBackend } from 'bullmq'
import type { Logger } from '../log.ts'
import { type LazyClient, createLazyClient } from './lazy-client.ts'
import type { QueueBackend } from './queue-backend.ts'

/** A queue to look into: what waits in it, what has failed. The caller closes it. */
export function openQueue(backend: QueueBackend, name: string, log: Logger): LazyClient<Queue> {
  return createLazyClient<Queue>(backend, log, {
    redis(options) {
      const queue = new Queue(name, { ...options, skipVersionCheck: true })
      return queue.on('error', (error) => log.debug('queue connection lost', { name, error }))
    },
    // The same class, but for the type of the backend that it hides.
    postgres: (options) => new Queue(name, options, createPostgresBackend) as unknown as Queue,
  })
}
