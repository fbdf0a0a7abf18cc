import type { QueueName } from './queues.ts'
import { jobAttempts, jobBackoff, keptFailedJobs } from './retries.ts'

/** A kind of job: the contract between producers and workers of any release. */
export type JobKind<Payload> = {
  /** Unique within its queue. */
  readonly name: string
  readonly queue: QueueName
  /** Inverse of `parse`. */
  readonly format: (payload: Payload) => unknown
  /** Parses a payload that another process queued. @throws ZodError or AppError for a payload that no release queues */
  readonly parse: (data: unknown) => Payload
  /** Returns the job id. Jobs with the same id are one job. An id has no colon. */
  readonly idOf: (payload: Payload) => string
  readonly attempts: number
}

/** Defines a kind of job. */
export function defineJob<Payload>(
  kind: Omit<JobKind<Payload>, 'attempts'> & { readonly attempts?: number },
): JobKind<Payload> {
  return { attempts: jobAttempts, ...kind }
}

/** Converts a payload to a job of BullMQ. */
export function toJob<Payload>(kind: JobKind<Payload>, payload: Payload) {
  return {
    name: kind.name,
    queueName: kind.queue,
    data: kind.format(payload),
    opts: {
      jobId: kind.idOf(payload),
      attempts: kind.attempts,
      backoff: jobBackoff,
      // BullMQ ignores a new job whose id belongs to a completed job that is kept.
      removeOnComplete: true,
      removeOnFail: keptFailedJobs,
    },
  }
}
