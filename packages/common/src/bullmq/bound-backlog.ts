import { withDeadline } from '../concurrency/with-deadline.ts'
import { AppError } from '../errors.ts'
import type { Persistence } from '../ports/persistence.ts'
import type { Queues } from './open-queues.ts'

export type BacklogBound = {
  readonly queues: Queues
  /** Beyond so many jobs that wait, in both queues together, no more are queued. */
  readonly maxJobs: number
  /** How long a count is believed, ms. */
  readonly recountAfterMs?: number
}

/** How long a count may take, ms. */
const countLimitMs = 1000
const waitingStates = ['waiting', 'prioritized', 'delayed', 'waiting-children'] as const

/**
 * Persistence that refuses while too much waits in the queues, such as when no uploader runs: a later request queues
 * what was refused. Several processes exceed the bound by no more than what they add between two counts.
 *
 * @throws AppError SPOOL_FULL, beyond what the persistence itself throws
 */
export function boundBacklog(persistence: Persistence, bound: BacklogBound): Persistence {
  const { queues, maxJobs, recountAfterMs = 1000 } = bound
  let backlog = Promise.resolve(0)
  let countedAt = Number.NEGATIVE_INFINITY

  async function count(): Promise<number> {
    const opened = await queues(countLimitMs)
    const counts = opened.map((queue) => queue.getJobCountByTypes(...waitingStates))
    const waiting = await withDeadline(Promise.all(counts), countLimitMs)
    return waiting.reduce((sum, jobs) => sum + jobs, 0)
  }

  return {
    async schedule(request) {
      if (performance.now() - countedAt > recountAfterMs) {
        countedAt = performance.now()
        // Whether the queues can be reached is for the call below to find out.
        backlog = count().catch(() => 0)
      }
      if ((await backlog) >= maxJobs) {
        throw new AppError('SPOOL_FULL', 'Too many jobs wait for being done.')
      }
      await persistence.schedule(request)
    },
  }
}
