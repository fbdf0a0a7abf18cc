import type { Queues } from '@iaas/queue/open-queues'
import { longestPauseMs } from '@iaas/common/jobs/retries'
import type { Logger } from '@iaas/common/log'
import type { Job, Queue } from 'bullmq'

export type PromoteDelayedOptions = {
  readonly queues: Queues
  readonly log: Logger
  /** ms since the epoch. */
  readonly now: () => number
}

/** Timeout for opening the queues, ms. */
const queuesLimitMs = 2000
/** Most jobs read from each queue in one run, the longest waiting first. */
const mostJobs = 500
/** Difference between clocks that does no harm, ms. */
const toleranceMs = 60_000

/**
 * Promotes the jobs whose next attempt is further away than the longest backoff: an uploader with a wrong clock delayed
 * them until its own future, which may be hours away.
 */
export function createPromoteDelayed(options: PromoteDelayedOptions): () => Promise<void> {
  const { queues, log, now } = options

  async function promote(queue: Queue): Promise<void> {
    const latest = now() + longestPauseMs + toleranceMs
    const delayed = await queue.getJobs(['delayed'], 0, mostJobs - 1, false)
    const late = delayed.filter((job) => dueAt(job) > latest)
    for (const job of late) {
      // The job may have started since it was read.
      await job.promote().catch((error: unknown) => log.debug('job not promoted', { error }))
    }
    if (late.length > 0) log.warn('jobs promoted that a wrong clock delayed', { jobs: late.length })
  }

  return async () => {
    for (const queue of await queues(queuesLimitMs)) await promote(queue)
  }
}

/** Returns when a job is due by the clock of the uploader that delayed it, ms since the epoch. */
function dueAt({ processedOn, timestamp, delay }: Job): number {
  return (processedOn ?? timestamp) + delay
}
