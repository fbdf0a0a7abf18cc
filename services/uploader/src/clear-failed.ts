import type { Queues } from '@iaas/queue/open-queues'
import { parsePersistJobId } from '@iaas/common/jobs/store-rendition'
import type { GiveUp } from './handlers/give-up.ts'

export type ClearFailedOptions = { readonly queues: Queues; readonly giveUp: GiveUp }

/** Timeout for opening the queues, ms. */
const queuesLimitMs = 2000

/**
 * Gives up the renditions of jobs that failed since the last run. Most are given up with their last attempt. A job that stalled
 * too often fails between two attempts, and so does its parent: its rendition would stay in the spool and keep its variant from
 * being stored again.
 */
export function createClearFailed({
  queues,
  giveUp,
}: ClearFailedOptions): (signal: AbortSignal) => Promise<void> {
  let known: ReadonlySet<string> = new Set()

  return async (signal) => {
    const opened = await queues(queuesLimitMs)
    const ids = await Promise.all(opened.map((queue) => queue.getRanges(['failed'], 0, -1)))
    const failed = new Set(ids.flat())
    for (const id of failed) {
      if (signal.aborted) return
      const rendition = known.has(id) ? undefined : parsePersistJobId(id)
      if (rendition !== undefined) await giveUp(rendition)
    }
    known = failed
  }
}
