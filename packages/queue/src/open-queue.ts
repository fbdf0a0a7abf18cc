import { Queue } from 'bullmq'
import type { Logger } from '@iaas/common/log'
import { createCountingBackend } from './counting-backend.ts'
import { type LazyClient, createLazyClient } from './lazy-client.ts'
import type { QueueBackend } from './queue-backend.ts'

/**
 * Limits the events that BullMQ keeps of each queue, which nobody reads. Every added job trims them, and PostgreSQL
 * scans all those trimmed since the last vacuum; a short table is scanned by its index, which drops them at once.
 */
const streams = { events: { maxLen: 100 } }

/** Opens a queue for inspection. The caller closes it. */
export function openQueue(backend: QueueBackend, name: string, log: Logger): LazyClient<Queue> {
  return createLazyClient<Queue>(backend, log, {
    redis(options) {
      const queue = new Queue(name, { ...options, streams, skipVersionCheck: true })
      return queue.on('error', (error) => log.debug('queue connection lost', { name, error }))
    },
    // The cast hides the type of the backend; the class is `Queue`.
    postgres: (options) =>
      new Queue(name, { ...options, streams }, createCountingBackend) as unknown as Queue,
  })
}
