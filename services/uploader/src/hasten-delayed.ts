import type { Queues } from '@iaas/queue/open-queues'
import { longestPauseMs } from '@iaas/common/jobs/retries'
import type { Logger } from '@iaas/common/log'
import type { Job, Queue } from 'bullmq'

export type HastenDelayedOptions = {
  readonly queues: Queues
  readonly log: Logger
  /** ms since the epoch. */
  readonly now: () => number
}

/** How long the queues may take to be reached, ms. */
const queuesLimitMs = 2000
/** Of each queue, at a time; those that wait the longest come first. */
const mostJobs = 500
/** Clocks that differ by less do no harm, ms. */
const toleranceMs = 60_000

/**
 * Brings forward the jobs whose next attempt is farther away than any pause lasts: an uploader whose clock was wrong has
 * put them off until its own future, which may be hours away.
 */
export function createHastenDelayed(options: HastenDelayedOptions): () => Promise<void> {
  const { queues, log, now } = options

  async function hasten(queue: Queue): Promise<void> {
    const latest = now() + longestPauseMs + toleranceMs
    const delayed = await queue.getJobs(['delayed'], 0, mostJobs - 1, false)
    const late = delayed.filter((job) => dueAt(job) > latest)
    for (const job of late) {
      // It may have begun since it was found.
      await job.promote().catch((error: unknown) => log.debug('job not promoted', { error }))
    }
    if (late.length > 0) log.warn('jobs were put off by a wrong clock', { jobs: late.length })
  }

  return async () => {
    for (const queue of await queues(queuesLimitMs)) await hasten(queue)
  }
}

/** By the clock of whoever has put it off, ms since the epoch. */
function dueAt({ processedOn, timestamp, delay }: Job): number {
  return (processedOn ?? timestamp) + delay
}
