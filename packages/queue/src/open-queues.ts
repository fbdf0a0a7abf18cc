import type { Queue } from 'bullmq'
import { withDeadline } from '@iaas/common/concurrency/with-deadline'
import { queueNames } from '@iaas/common/jobs/queues'
import type { Logger } from '@iaas/common/log'
import { openQueue } from './open-queue.ts'
import type { QueueBackend } from './queue-backend.ts'

/** Opens every queue for inspection. Rejects after at most `limitMs` if their server does not answer. */
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
