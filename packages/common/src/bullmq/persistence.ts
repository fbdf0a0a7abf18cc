import { withDeadline } from '../concurrency/with-deadline.ts'
import { AppError } from '../errors.ts'
import {
  jobAttempts,
  jobBackoff,
  jobNames,
  keptFailedJobs,
  persistJobId,
  queueNames,
  toPayload,
} from '../jobs.ts'
import type { Logger } from '../log.ts'
import type { PersistRequest, Persistence } from '../ports/persistence.ts'
import { type FlowSink, type QueueBackend, createFlowSink } from './queue-backend.ts'

export type PersistenceOptions = {
  readonly backend: QueueBackend
  readonly log: Logger
  /** How long adding a flow may take, ms. */
  readonly timeoutMs?: number
  /** How many may be on their way at once. */
  readonly maxInFlight?: number
}

/** After a failure nothing is tried for this long, ms. */
const pauseAfterFailureMs = 500

/** Queues the flow of a rendition. A queue that is down or hung costs its deadline once, then a moment's refusal. */
export function createPersistence(options: PersistenceOptions): Persistence & AsyncDisposable {
  const { backend, log, timeoutMs = 1000, maxInFlight = 1000 } = options
  let sink: FlowSink | undefined
  let refuseUntil = 0
  let inFlight = 0

  function open(): FlowSink {
    sink ??= createFlowSink(backend, (error) => log.debug('queue connection lost', { error }))
    return sink
  }

  /** A producer that was built while its Redis was down never recovers by itself: the next call builds another. */
  function discard(broken: FlowSink): void {
    refuseUntil = Date.now() + pauseAfterFailureMs
    if (sink !== broken) return
    sink = undefined
    broken.close().catch(() => {})
  }

  return {
    async schedule(request) {
      if (Date.now() < refuseUntil || inFlight >= maxInFlight) throw unavailable()
      const producer = open()
      inFlight += 1
      try {
        await withDeadline(producer.add(toFlow(request)), timeoutMs, () => unavailable())
      } catch (error) {
        discard(producer)
        throw unavailable(error)
      } finally {
        inFlight -= 1
      }
    },
    async [Symbol.asyncDispose]() {
      const last = sink
      sink = undefined
      if (last !== undefined)
        await withDeadline(last.close(), timeoutMs, unavailable).catch(() => {})
    },
  }
}

function toFlow(request: PersistRequest): Parameters<FlowSink['add']>[0] {
  const data = toPayload(request)
  const opts = {
    jobId: persistJobId(request),
    attempts: jobAttempts,
    backoff: jobBackoff,
    removeOnComplete: true,
    removeOnFail: keptFailedJobs,
  }
  return {
    name: jobNames.recordLink,
    queueName: queueNames.records,
    data,
    opts,
    children: [
      {
        name: jobNames.putObject,
        queueName: queueNames.uploads,
        data,
        // A parent whose child has failed for good would wait for ever.
        opts: { ...opts, failParentOnFailure: true },
      },
    ],
  }
}

function unavailable(cause?: unknown): AppError {
  return new AppError('STORE_UNAVAILABLE', 'The queue does not answer.', { cause })
}
