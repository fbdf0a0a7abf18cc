import type { QueueBackend } from '@iaas/common/bullmq/queue-backend'
import { createQueueWorker } from '@iaas/common/bullmq/queue-worker'
import { jobNames, queueNames } from '@iaas/common/jobs'
import type { Logger } from '@iaas/common/log'
import type { GiveUp } from './handlers/give-up.ts'
import type { PutObject } from './handlers/put-object.ts'
import type { RecordLink } from './handlers/record-link.ts'
import type { UploaderMetrics } from './metrics.ts'
import { type ProcessJobOptions, createProcessJob, createReportDeadly } from './process-job.ts'

export type UploaderOptions = {
  readonly backend: QueueBackend
  readonly putObject: PutObject
  readonly recordLink: RecordLink
  readonly giveUp: GiveUp
  /** Jobs at once, in each queue. */
  readonly concurrency: number
  readonly metrics: Pick<UploaderMetrics, 'job'>
  readonly log: Logger
  /** A job whose uploader died is taken over after at most twice this, ms. */
  readonly lockMs?: number
  /** How long running jobs may take when the uploader ends, ms. */
  readonly closeLimitMs?: number
}

type Handler = Pick<ProcessJobOptions, 'name' | 'handle'>
type QueueName = (typeof queueNames)[keyof typeof queueNames]

/** Works off both queues until it is disposed of. Their server may come later than it, and may come and go. */
export function createUploader(options: UploaderOptions): AsyncDisposable {
  const { backend, putObject, recordLink, giveUp, concurrency, metrics, log } = options
  const { lockMs = 15_000, closeLimitMs = 10_000 } = options
  // One handler a queue: the compiler refuses a queue without one.
  const handlers: Readonly<Record<QueueName, Handler>> = {
    [queueNames.uploads]: {
      name: jobNames.putObject,
      handle: (rendition, { signal }) => putObject(rendition, signal),
    },
    [queueNames.records]: {
      name: jobNames.recordLink,
      handle: (rendition, { wasPreceded }) => recordLink(rendition, wasPreceded),
    },
  }
  const workers = Object.entries(handlers).map(([queue, handler]) => {
    const process = createProcessJob({ queue, ...handler, giveUp, metrics, log })
    const onDeadly = createReportDeadly({ queue, metrics, log })
    return createQueueWorker({ backend, queue, process, onDeadly, concurrency, lockMs, log })
  })
  return {
    async [Symbol.asyncDispose]() {
      await Promise.all(workers.map((worker) => worker.close(closeLimitMs)))
    },
  }
}
