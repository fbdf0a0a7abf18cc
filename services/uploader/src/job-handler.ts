import type { JobKind } from '@iaas/common/jobs/define-job'
import type { JobName } from '@iaas/common/jobs/kinds'

/** One attempt of a job, as its handler sees it. */
export type Attempt = {
  /** Aborts when the uploader ends before it. */
  readonly signal: AbortSignal
  /** Resolves to whether the job that this one waits for was done. The dashboard can start this one without it. */
  readonly wasPreceded: () => Promise<boolean>
}

/** How one kind of job is done. */
export type JobWork<Payload> = {
  readonly kind: JobKind<Payload>
  readonly handle: (payload: Payload, attempt: Attempt) => Promise<unknown>
  /** Cleans up after the last attempt has failed. */
  readonly giveUp: (payload: Payload) => Promise<void>
  /** Fields of its log lines. */
  readonly describe: (payload: Payload) => Readonly<Record<string, unknown>>
  /** The log message of a job that is done; undefined: none is written. */
  readonly doneMessage?: string
}

/** A job whose data has been read. */
export type ParsedJob = {
  readonly fields: Readonly<Record<string, unknown>>
  handle(attempt: Attempt): Promise<unknown>
  giveUp(): Promise<void>
}

/** A `JobWork` without the type of its payload. */
export type JobHandler = JobName & {
  readonly doneMessage: string | undefined
  /** @throws ZodError or AppError for data that no release has queued */
  parse(data: unknown): ParsedJob
}

export function createJobHandler<Payload>(work: JobWork<Payload>): JobHandler {
  const { kind, doneMessage } = work
  return {
    name: kind.name,
    queue: kind.queue,
    doneMessage,
    parse(data) {
      const payload = kind.parse(data)
      return {
        fields: work.describe(payload),
        handle: (attempt) => work.handle(payload, attempt),
        giveUp: () => work.giveUp(payload),
      }
    },
  }
}
