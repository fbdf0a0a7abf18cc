import type { FlowJob } from 'bullmq'
import { withDeadline } from '@iaas/common/concurrency/with-deadline'
import { AppError, isAppError } from '@iaas/common/errors'
import { toJob } from '@iaas/common/jobs/define-job'
import { persistJobId, putObjectJob, recordLinkJob } from '@iaas/common/jobs/store-rendition'
import type { Logger } from '@iaas/common/log'
import type { WaitingRendition, Persistence } from '@iaas/common/ports/persistence'
import { createFlowSink } from './flow-sink.ts'
import type { QueueBackend } from './queue-backend.ts'

const closeLimitMs = 1000

export type PersistenceOptions = {
  readonly backend: QueueBackend
  readonly log: Logger
  /**
   * How long adding a flow may take, ms. Longer than the limits of both connections: what they give up has failed, and
   * what is slower than usual has not.
   */
  readonly timeoutMs?: number
  /** How many may be on their way at once; more are refused. */
  readonly maxInFlight?: number
}

/** Queues the flow of a rendition. It works from the moment that the queue's server does, without a restart. */
export function createPersistence(options: PersistenceOptions): Persistence & AsyncDisposable {
  const { backend, log, timeoutMs = 25_000, maxInFlight = 1000 } = options
  const sink = createFlowSink(backend, log)
  // By job id: a rendition that is added already is not added once more, when its job may be done.
  const adding = new Map<string, Promise<unknown>>()

  function add(id: string, rendition: WaitingRendition): Promise<unknown> {
    if (adding.size >= maxInFlight) throw busy()
    const added = withDeadline(sink.add(toFlow(rendition)), timeoutMs)
    adding.set(id, added)
    return added.finally(() => adding.delete(id))
  }

  return {
    async schedule(rendition) {
      const id = persistJobId(rendition)
      try {
        await (adding.get(id) ?? add(id, rendition))
      } catch (error) {
        throw isAppError(error) ? error : unavailable(error)
      }
    },
    async [Symbol.asyncDispose]() {
      await withDeadline(sink.close(), closeLimitMs).catch((error: unknown) =>
        log.debug('queue not closed cleanly', { error }),
      )
    },
  }
}

/** The parent waits for its children: a link never precedes its object. */
function toFlow(rendition: WaitingRendition): FlowJob {
  const child = toJob(putObjectJob, rendition)
  // A parent whose child has failed for good would wait for ever.
  const children = [{ ...child, opts: { ...child.opts, failParentOnFailure: true } }]
  return { ...toJob(recordLinkJob, rendition), children }
}

function busy(): AppError {
  return new AppError('STORE_BUSY', 'Too many renditions are being queued. Try again later.')
}

function unavailable(cause: unknown): AppError {
  return new AppError('STORE_UNAVAILABLE', 'The queue does not answer.', { cause })
}
