import { isAppError } from '@iaas/common/errors'
import type { Logger } from '@iaas/common/log'
import { type Job, UnrecoverableError } from 'bullmq'
import type { ParsedJob, Preceding } from './job-handler.ts'
import type { JobRegistry } from './job-registry.ts'
import type { UploaderMetrics } from './metrics.ts'
import { createOutageLog } from './outage-log.ts'
import { toJobError } from './retry-policy.ts'

export type ProcessJobOptions = {
  readonly queue: string
  readonly registry: Pick<JobRegistry, 'find'>
  readonly metrics: Pick<UploaderMetrics, 'job'>
  readonly log: Logger
}

export type ProcessJob = (
  job: Pick<
    Job,
    'id' | 'name' | 'data' | 'opts' | 'attemptsMade' | 'attemptsStarted' | 'getChildrenValues'
  >,
  signal: AbortSignal,
) => Promise<unknown>

/** Runs one attempt of a job, whose result the parent job can read. Every failure reaches the queue, which decides by its kind whether to retry. */
export function createProcessJob(options: ProcessJobOptions): ProcessJob {
  const { queue, registry, metrics } = options
  const outageLog = createOutageLog(queue, options.log)
  const writers = new Map<string, ReturnType<Logger['series']>>()

  function writeDone(message: string, fields: Readonly<Record<string, unknown>>): void {
    let write = writers.get(message)
    if (write === undefined) writers.set(message, (write = options.log.series(message)))
    write(fields)
  }

  return async function processJob(job, signal) {
    const startedAt = performance.now()
    const attempt = job.attemptsMade + 1
    let fields: Record<string, unknown> = { queue, jobId: job.id, attempt }
    let parsed: ParsedJob | undefined
    try {
      const handler = registry.find(queue, job.name)
      if (handler === undefined) {
        throw new UnrecoverableError(`There is no handler for "${job.name}".`)
      }
      parsed = handler.parse(job.data)
      fields = { ...fields, ...parsed.fields }
      const isFirst = job.attemptsStarted <= 1
      const result = await parsed.handle({ signal, isFirst, preceding: () => findPreceding(job) })
      const ms = performance.now() - startedAt
      metrics.job(queue, 'done', ms)
      outageLog.done()
      const { doneMessage } = handler
      if (doneMessage !== undefined) {
        writeDone(doneMessage(result), { ...fields, ms: Math.round(ms) })
      }
      return result
    } catch (error) {
      const log = options.log.child(fields)
      const jobError = toJobError(error)
      const isLast = jobError instanceof UnrecoverableError || attempt >= (job.opts.attempts ?? 1)
      metrics.job(queue, isLast ? 'failed' : 'retried', performance.now() - startedAt)
      if (!isLast && isAppError(error, 'STORE_UNAVAILABLE')) {
        outageLog.putOff(error.message)
        log.debug('job will be retried', { error })
      } else {
        log.warn(isLast ? 'job failed' : 'job will be retried', { error })
      }
      if (isLast) {
        await parsed
          ?.giveUp()
          .catch((cause: unknown) => log.warn('spool not cleared', { error: cause }))
      }
      throw jobError
    }
  }
}

async function findPreceding(job: Pick<Job, 'getChildrenValues'>): Promise<Preceding | undefined> {
  const [result] = Object.entries(await job.getChildrenValues<unknown>())
  return result && { result: result[1] }
}

/** Reports a job that failed because it stalled too often; no attempt reports it. */
export function createReportDeadly(
  options: Pick<ProcessJobOptions, 'queue' | 'metrics' | 'log'>,
): (job: Pick<Job, 'id'>, error: Error) => void {
  const { queue, metrics, log } = options
  return ({ id }, error) => {
    metrics.job(queue, 'failed')
    log.warn('job failed', { queue, jobId: id, error })
  }
}
