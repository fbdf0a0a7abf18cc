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
   * Timeout of adding a flow, ms. Longer than the timeouts of both connections, so that a slow call is not mistaken for
   * a failed one.
   */
  readonly timeoutMs?: number
  /** Maximum number of calls in flight; more are refused. */
  readonly maxInFlight?: number
}

/**
 * Creates a persistence that queues the flow of a rendition. Works as soon as the server of the queues does, without a
 * restart.
 */
export function createPersistence(options: PersistenceOptions): Persistence & AsyncDisposable {
  const { backend, log, timeoutMs = 25_000, maxInFlight = 1000 } = options
  const sink = createFlowSink(backend, log)
  // In-flight calls by job id, so that a rendition is not added again after its job has completed.
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

/** Creates the flow of a rendition. The parent waits for its children, so a link never precedes its object. */
function toFlow(rendition: WaitingRendition): FlowJob {
  const child = toJob(putObjectJob, rendition)
  // Without this option, the parent of a child that failed for good would wait for ever.
  const children = [{ ...child, opts: { ...child.opts, failParentOnFailure: true } }]
  return { ...toJob(recordLinkJob, rendition), children }
}

function busy(): AppError {
  return new AppError('STORE_BUSY', 'Too many renditions are being queued. Try again later.')
}

function unavailable(cause: unknown): AppError {
  return new AppError('STORE_UNAVAILABLE', 'The queue does not answer.', { cause })
}
