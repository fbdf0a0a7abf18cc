import { Queue } from 'bullmq'
import type { Logger } from '@iaas/common/log'
import { createCountingBackend } from './counting-backend.ts'
import { type LazyClient, createLazyClient } from './lazy-client.ts'
import type { QueueBackend } from './queue-backend.ts'

/**
 * Nobody reads the events that BullMQ keeps of each queue. Every job that is added trims them, and PostgreSQL passes over
 * all that were trimmed since it last vacuumed: of a short table it does so by its index, which forgets them at once.
 */
const streams = { events: { maxLen: 100 } }

/** A queue to look into: what waits in it, what has failed. The caller closes it. */
export function openQueue(backend: QueueBackend, name: string, log: Logger): LazyClient<Queue> {
  return createLazyClient<Queue>(backend, log, {
    redis(options) {
      const queue = new Queue(name, { ...options, streams, skipVersionCheck: true })
      return queue.on('error', (error) => log.debug('queue connection lost', { name, error }))
    },
    // The same class, but for the type of the backend that it hides.
    postgres: (options) =>
      new Queue(name, { ...options, streams }, createCountingBackend) as unknown as Queue,
  })
}
