import { withDeadline } from '@iaas/common/concurrency/with-deadline'
import { AppError } from '@iaas/common/errors'
import { putObjectJob, recordLinkJob } from '@iaas/common/jobs/store-rendition'
import type { Persistence } from '@iaas/common/ports/persistence'
import type { Backlog } from './backlog.ts'

export type BacklogBound = {
  readonly backlog: Backlog
  /** Beyond so many jobs that wait, in both queues together, no more are queued. */
  readonly maxJobs: number
}

/** The flow of a rendition; see `createPersistence`. */
const jobsPerRendition = [putObjectJob, recordLinkJob].length
/** How long a count is waited for, ms. */
const countLimitMs = 1000

/**
 * Persistence that refuses while too much waits in the queues, such as when no uploader runs: a later request queues
 * what was refused. Several processes exceed the bound by no more than what they add between two counts.
 *
 * @throws AppError SPOOL_FULL, beyond what the persistence itself throws
 */
export function boundBacklog(persistence: Persistence, bound: BacklogBound): Persistence {
  const { backlog, maxJobs } = bound
  // Of this process, on their way into the queues.
  let underWay = 0

  const hasRoom = (waiting: number) => waiting + underWay < maxJobs

  return {
    async schedule(rendition) {
      // Whether the queues can be reached is for the call below to find out.
      const counted = backlog.count().catch(() => {})
      // Only a count that decides is waited for: the first of all, and that of queues which were full.
      if (!hasRoom(backlog.waiting() ?? maxJobs)) {
        await withDeadline(counted, countLimitMs).catch(() => {})
        if (!hasRoom(backlog.waiting() ?? 0)) {
          throw new AppError('SPOOL_FULL', 'Too many jobs are waiting.')
        }
      }
      underWay += jobsPerRendition
      try {
        await persistence.schedule(rendition)
        backlog.add(jobsPerRendition)
      } finally {
        underWay -= jobsPerRendition
      }
    },
  }
}
