import { objectKey, variantDigest } from '@iaas/common/digest'
import { isAppError } from '@iaas/common/errors'
import { jobNames, parsePayload } from '@iaas/common/jobs'
import type { Logger } from '@iaas/common/log'
import type { WaitingRendition } from '@iaas/common/ports/persistence'
import { type Job, UnrecoverableError } from 'bullmq'
import type { GiveUp } from './handlers/give-up.ts'
import type { UploaderMetrics } from './metrics.ts'
import { createOutageLog } from './outage-log.ts'
import { toJobError } from './retry-policy.ts'

export type ProcessJobOptions = {
  readonly queue: string
  /** The one kind of job in this queue. */
  readonly name: string
  readonly handle: (rendition: WaitingRendition, attempt: Attempt) => Promise<unknown>
  readonly giveUp: GiveUp
  readonly metrics: Pick<UploaderMetrics, 'job'>
  readonly log: Logger
}

/** What a handler may ask of the attempt that it is. */
export type Attempt = {
  /** Aborts when the uploader ends before it. */
  readonly signal: AbortSignal
  /** Whether the job that this one waits for was done. From the dashboard, it can be made to run without. */
  readonly wasPreceded: () => Promise<boolean>
}

export type ProcessJob = (
  job: Pick<Job, 'id' | 'name' | 'data' | 'opts' | 'attemptsMade' | 'getChildrenValues'>,
  signal: AbortSignal,
) => Promise<void>

/** Does one attempt of a job: every failure reaches the queue, which decides by its kind whether there is another. */
export function createProcessJob(options: ProcessJobOptions): ProcessJob {
  const { queue, name, handle, giveUp, metrics } = options
  const outageLog = createOutageLog(queue, options.log)
  const writeStored = options.log.series('rendition stored')

  return async function processJob(job, signal) {
    const startedAt = performance.now()
    const attempt = job.attemptsMade + 1
    const fields: Record<string, unknown> = { queue, jobId: job.id, attempt }
    let rendition: WaitingRendition | undefined
    try {
      if (job.name !== name) throw new UnrecoverableError(`There is no handler for "${job.name}".`)
      rendition = parsePayload(job.data)
      fields['id'] = rendition.variant.id
      fields['key'] = objectKey(rendition.variant, rendition.renderedAt)
      await handle(rendition, { signal, wasPreceded: () => wasPreceded(job) })
      const ms = performance.now() - startedAt
      metrics.job(queue, 'done', ms)
      outageLog.done()
      // A rendition is stored with the last of its jobs: one line is enough for them.
      if (name === jobNames.recordLink) writeStored({ ...fields, ms: Math.round(ms) })
    } catch (error) {
      const log = options.log.child(fields)
      const jobError = toJobError(error)
      const isLast = jobError instanceof UnrecoverableError || attempt >= (job.opts.attempts ?? 1)
      metrics.job(queue, isLast ? 'failed' : 'retried', performance.now() - startedAt)
      if (!isLast && isAppError(error, 'STORE_UNAVAILABLE')) {
        outageLog.putOff(error.message)
        log.debug('job to be tried again', { error })
      } else {
        log.warn(isLast ? 'job failed' : 'job to be tried again', { error })
      }
      if (isLast && rendition !== undefined) {
        const { variant, renderedAt } = rendition
        await giveUp({ digest: variantDigest(variant), renderedAt }).catch((cause: unknown) =>
          log.warn('spool not cleared', { error: cause }),
        )
      }
      throw jobError
    }
  }
}

async function wasPreceded(job: Pick<Job, 'getChildrenValues'>): Promise<boolean> {
  return Object.keys(await job.getChildrenValues()).length > 0
}

/** Tells of a job that has failed since its uploaders died under it: no attempt of it does. */
export function createReportDeadly(
  options: Pick<ProcessJobOptions, 'queue' | 'metrics' | 'log'>,
): (job: Pick<Job, 'id'>, error: Error) => void {
  const { queue, metrics, log } = options
  return ({ id }, error) => {
    metrics.job(queue, 'failed')
    log.warn('job failed', { queue, jobId: id, error })
  }
}
