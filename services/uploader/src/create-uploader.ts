import {
  type QueueBackend,
  type QueueWorker,
  createQueueWorker,
} from '@iaas/common/bullmq/queue-backend'
import { withDeadline } from '@iaas/common/concurrency/with-deadline'
import { jobNames, parsePayload, queueNames } from '@iaas/common/jobs'
import type { Logger } from '@iaas/common/log'
import type { PersistRequest } from '@iaas/common/ports/persistence'
import type { Job } from 'bullmq'
import { UnrecoverableError } from 'bullmq'
import type { PutObject } from './handlers/put-object.ts'
import type { RecordLink } from './handlers/record-link.ts'
import type { UploaderMetrics } from './metrics.ts'
import { toJobError } from './retry-policy.ts'

export type UploaderOptions = {
  readonly backend: QueueBackend
  readonly putObject: PutObject
  readonly recordLink: RecordLink
  /** Jobs at once, in each queue. */
  readonly concurrency: number
  readonly metrics: UploaderMetrics
  readonly log: Logger
}

/** A job whose worker died is taken over after at most twice this, ms. */
const stalledMs = 15_000
/** A worker may die under a job this often before the job counts as the cause. */
const maxStalledCount = 5
/** How long running jobs may take when the uploader ends; what is left is taken over by another, ms. */
const closeLimitMs = 10_000

/** Works off both queues until it is disposed of. */
export function createUploader(options: UploaderOptions): AsyncDisposable {
  const { backend, putObject, recordLink, concurrency, metrics, log } = options
  const tuning = {
    concurrency,
    lockDuration: stalledMs,
    stalledInterval: stalledMs,
    maxStalledCount,
  }
  const handlers = {
    [queueNames.uploads]: { name: jobNames.putObject, handle: putObject },
    [queueNames.records]: { name: jobNames.recordLink, handle: recordLink },
  } as const
  const workers = Object.entries(handlers).map(([queue, { name, handle }]) => {
    const process = createProcessor({ queue, name, handle, metrics, log })
    const worker: QueueWorker = createQueueWorker(backend, queue, process, tuning)
    worker.on('error', (error) => log.debug('worker connection lost', { queue, error }))
    return worker
  })
  return {
    async [Symbol.asyncDispose]() {
      await Promise.all(workers.map(closeWorker))
    },
  }
}

async function closeWorker(worker: QueueWorker): Promise<void> {
  await withDeadline(worker.close(), closeLimitMs, stillRunning).catch(() => worker.close(true))
}

function stillRunning(): Error {
  return new Error('Jobs are still running.')
}

type ProcessorOptions = {
  readonly queue: string
  readonly name: string
  readonly handle: (request: PersistRequest) => Promise<unknown>
  readonly metrics: UploaderMetrics
  readonly log: Logger
}

function createProcessor({ queue, name, handle, metrics, log }: ProcessorOptions) {
  return async (job: Job): Promise<void> => {
    const startedAt = performance.now()
    const fields = { queue, jobId: job.id, attempt: job.attemptsMade + 1 }
    try {
      if (job.name !== name) throw new UnrecoverableError(`There is no handler for "${job.name}".`)
      await handle(parsePayload(job.data))
      metrics.job(queue, 'done', performance.now() - startedAt)
      log.debug('job done', fields)
    } catch (error) {
      const jobError = toJobError(error)
      const isFatal = jobError instanceof UnrecoverableError
      metrics.job(queue, isFatal ? 'failed' : 'retried', performance.now() - startedAt)
      log.warn('job failed', { ...fields, isFatal, error })
      throw jobError
    }
  }
}
