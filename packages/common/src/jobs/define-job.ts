import type { QueueName } from './queues.ts'
import { jobAttempts, jobBackoff, keptFailedJobs } from './retries.ts'

/** A kind of job: what producers and workers of any release agree on. */
export type JobKind<Payload> = {
  /** Unique within its queue. */
  readonly name: string
  readonly queue: QueueName
  /** The inverse of `parse`. */
  readonly format: (payload: Payload) => unknown
  /** Reads what another process has queued. @throws ZodError or AppError for what no release queues */
  readonly parse: (data: unknown) => Payload
  /** Jobs of one id are one job. An id has no colon. */
  readonly idOf: (payload: Payload) => string
  readonly attempts: number
}

/** Defines a kind of job. */
export function defineJob<Payload>(
  kind: Omit<JobKind<Payload>, 'attempts'> & { readonly attempts?: number },
): JobKind<Payload> {
  return { attempts: jobAttempts, ...kind }
}

/** Makes a job for BullMQ. */
export function toJob<Payload>(kind: JobKind<Payload>, payload: Payload) {
  return {
    name: kind.name,
    queueName: kind.queue,
    data: kind.format(payload),
    opts: {
      jobId: kind.idOf(payload),
      attempts: kind.attempts,
      backoff: jobBackoff,
      // BullMQ ignores a job whose id a completed one still has.
      removeOnComplete: true,
      removeOnFail: keptFailedJobs,
    },
  }
}
