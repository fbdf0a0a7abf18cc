import { withDeadline } from '@iaas/common/concurrency/with-deadline'
import { AppError } from '@iaas/common/errors'
import { putObjectJob, recordLinkJob } from '@iaas/common/jobs/store-rendition'
import type { Persistence } from '@iaas/common/ports/persistence'
import type { Backlog } from './backlog.ts'

export type BacklogBound = {
  readonly backlog: Backlog
  /** Maximum number of waiting jobs in both queues together; beyond it no more are queued. */
  readonly maxJobs: number
}

/** Jobs of the flow of a rendition; see `createPersistence`. */
const jobsPerRendition = [putObjectJob, recordLinkJob].length
/** Timeout of a count, ms. */
const countLimitMs = 1000

/**
 * Bounds a persistence: refuses while too many jobs wait, such as when no uploader runs. A later request queues what
 * was refused. Several processes exceed the bound at most by what they add between two counts.
 *
 * @throws AppError SPOOL_FULL, in addition to the errors of the persistence
 */
export function boundBacklog(persistence: Persistence, bound: BacklogBound): Persistence {
  const { backlog, maxJobs } = bound
  // Jobs that this process is adding.
  let underWay = 0

  const hasRoom = (waiting: number) => waiting + underWay < maxJobs

  return {
    async schedule(rendition) {
      // The call below reports whether the queues can be reached.
      const counted = backlog.count().catch(() => {})
      // Waits only for a count that decides: the first one, and one of queues that were full.
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
