import type { Queue } from 'bullmq'
import { withDeadline } from '../concurrency/with-deadline.ts'
import { queueNames } from '../jobs/queues.ts'
import type { Logger } from '../log.ts'
import { openQueue } from './open-queue.ts'
import type { QueueBackend } from './queue-backend.ts'

/** Every queue, to look into. Rejects while their server does not answer, after `limitMs` at the latest. */
export type Queues = (limitMs: number) => Promise<readonly Queue[]>

export function openQueues(backend: QueueBackend, log: Logger): Queues & AsyncDisposable {
  const queues = Object.values(queueNames).map((name) => openQueue(backend, name, log))
  const get: Queues = (limitMs) =>
    withDeadline(Promise.all(queues.map((queue) => queue.get())), limitMs)
  return Object.assign(get, {
    async [Symbol.asyncDispose]() {
      await Promise.all(queues.map((queue) => queue.close()))
    },
  })
}
