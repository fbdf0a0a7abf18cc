import type { QueueBackend } from '@iaas/queue/queue-backend'
import { createQueueWorker } from '@iaas/queue/queue-worker'
import { objectKey, variantDigest } from '@iaas/common/digest'
import { jobKinds } from '@iaas/common/jobs/kinds'
import { putObjectJob, recordLinkJob } from '@iaas/common/jobs/store-rendition'
import type { Logger } from '@iaas/common/log'
import type { WaitingRendition } from '@iaas/common/ports/persistence'
import type { GiveUp } from './handlers/give-up.ts'
import type { PutObject } from './handlers/put-object.ts'
import type { RecordLink } from './handlers/record-link.ts'
import { type JobHandler, createJobHandler } from './job-handler.ts'
import { createJobRegistry } from './job-registry.ts'
import type { UploaderMetrics } from './metrics.ts'
import { createProcessJob, createReportDeadly } from './process-job.ts'

export type RenditionWork = {
  readonly putObject: PutObject
  readonly recordLink: RecordLink
  readonly giveUp: GiveUp
}

export type UploaderOptions = RenditionWork & {
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

/** Works off every queue until disposed of. The queues' server may start later, and may come and go. */
export function createUploader(options: UploaderOptions): AsyncDisposable {
  const { backend, concurrency, metrics, log } = options
  const { lockMs = 15_000, closeLimitMs = 10_000 } = options
  const registry = createJobRegistry(jobKinds, createHandlers(options))
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

/** One handler for each kind of job. */
export function createHandlers(work: RenditionWork): readonly JobHandler[] {
  const { putObject, recordLink, giveUp } = work
  const rendition = {
    giveUp: ({ variant, renderedAt }: WaitingRendition) =>
      giveUp({ digest: variantDigest(variant), renderedAt }),
    describe: ({ variant, renderedAt }: WaitingRendition) => ({
      id: variant.id,
      key: objectKey(variant, renderedAt),
    }),
  }
  return [
    createJobHandler({
      ...rendition,
      kind: putObjectJob,
      handle: (payload, { signal }) => putObject(payload, signal),
    }),
    createJobHandler({
      ...rendition,
      kind: recordLinkJob,
      handle: (payload, { wasPreceded }) => recordLink(payload, wasPreceded),
      // A rendition is stored once its last job succeeds, so only that job writes a line.
      doneMessage: 'rendition stored',
    }),
  ]
}
