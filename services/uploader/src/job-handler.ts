import type { JobKind } from '@iaas/common/jobs/define-job'
import type { JobName } from '@iaas/common/jobs/kinds'

/** An attempt of a job, as its handler sees it. */
export type Attempt = {
  /** Aborts when the uploader ends before it. */
  readonly signal: AbortSignal
  /** False if the job was begun before: an earlier attempt failed, or its uploader died. */
  readonly isFirst: boolean
  /** Resolves to the child job if it succeeded. The dashboard can start a job without its child. */
  readonly preceding: () => Promise<Preceding | undefined>
}

/** A child job that succeeded. */
export type Preceding = {
  /** Result of its handler; null if its uploader was of a build that returned none. */
  readonly result: unknown
}

/** Handler of one kind of job. */
export type JobWork<Payload> = {
  readonly kind: JobKind<Payload>
  readonly handle: (payload: Payload, attempt: Attempt) => Promise<unknown>
  /** Cleans up after the last attempt has failed. */
  readonly giveUp: (payload: Payload) => Promise<void>
  /** Fields of its log lines. */
  readonly describe: (payload: Payload) => Readonly<Record<string, unknown>>
  /** Returns the log message of a job that succeeded; undefined: none. */
  readonly doneMessage?: (result: unknown) => string
}

/** A job whose data is parsed. */
export type ParsedJob = {
  readonly fields: Readonly<Record<string, unknown>>
  handle(attempt: Attempt): Promise<unknown>
  giveUp(): Promise<void>
}

/** A `JobWork` without the type of its payload. */
export type JobHandler = JobName & {
  readonly doneMessage: ((result: unknown) => string) | undefined
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
