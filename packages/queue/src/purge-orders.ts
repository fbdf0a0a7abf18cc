import { withDeadline } from '@iaas/common/concurrency/with-deadline'
import { toJob } from '@iaas/common/jobs/define-job'
import { purgeJob } from '@iaas/common/jobs/purge'
import { AppError } from '@iaas/common/errors'
import type { Logger } from '@iaas/common/log'
import type { PurgeOrders } from '@iaas/common/ports/purges'
import { createFlowSink } from './flow-sink.ts'
import type { QueueBackend } from './queue-backend.ts'

const limitMs = 5000

/** Queues orders of purges as jobs. Works as soon as the server of the queues does. */
export function createPurgeOrders(
  backend: QueueBackend,
  log: Logger,
): PurgeOrders & AsyncDisposable {
  const sink = createFlowSink(backend, log)
  return {
    async add(order, restMs = 0) {
      const job = toJob(purgeJob, order)
      const opts = restMs > 0 ? { ...job.opts, delay: Math.ceil(restMs) } : job.opts
      try {
        await withDeadline(sink.add({ ...job, opts }), limitMs)
      } catch (cause) {
        throw new AppError('STORE_UNAVAILABLE', 'The queue does not answer.', { cause })
      }
    },
    async [Symbol.asyncDispose]() {
      await withDeadline(sink.close(), limitMs).catch((error: unknown) =>
        log.debug('queue not closed cleanly', { error }),
      )
    },
  }
}
