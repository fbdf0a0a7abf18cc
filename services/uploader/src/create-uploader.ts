import type { QueueBackend } from '@iaas/queue/queue-backend'
import { createQueueWorker } from '@iaas/queue/queue-worker'
import { type JobName, jobKinds } from '@iaas/common/jobs/kinds'
import type { Logger } from '@iaas/common/log'
import type { JobHandler } from './job-handler.ts'
import { createJobRegistry } from './job-registry.ts'
import type { UploaderMetrics } from './metrics.ts'
import { createProcessJob, createReportDeadly } from './process-job.ts'

export type UploaderOptions = {
  /** The kinds of jobs to work on; those that store renditions, unless given. */
  readonly kinds?: readonly JobName[]
  /** One for each kind of job. */
  readonly handlers: readonly JobHandler[]
  readonly backend: QueueBackend
  /** Concurrent jobs per queue. */
  readonly concurrency: number
  readonly metrics: Pick<UploaderMetrics, 'job'>
  readonly log: Logger
  /** Milliseconds of a job's lock; a job whose uploader died is taken over after at most twice this. */
  readonly lockMs?: number
  /** Milliseconds that running jobs may take when the uploader ends. */
  readonly closeLimitMs?: number
}

/** Works off the queues of its kinds of jobs until disposed of. The queues' server may start later, and may come and go. */
export function createUploader(options: UploaderOptions): AsyncDisposable {
  const { backend, handlers, concurrency, metrics, log } = options
  const { lockMs = 15_000, closeLimitMs = 10_000 } = options
  const registry = createJobRegistry(options.kinds ?? jobKinds, handlers)
  const workers = registry.queues.map((queue) => {
    const process = createProcessJob({ queue, registry, metrics, log })
    const onDeadly = createReportDeadly({ queue, metrics, log })
    return createQueueWorker({ backend, queue, process, onDeadly, concurrency, lockMs, log })
  })
  return {
    async [Symbol.asyncDispose]() {
      await Promise.all(workers.map((worker) => worker.close(closeLimitMs)))
    },
  }
}
