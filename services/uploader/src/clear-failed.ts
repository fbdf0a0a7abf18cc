import type { Queues } from '@iaas/queue/open-queues'
import { parsePersistJobId } from '@iaas/common/jobs/store-rendition'
import type { GiveUp } from './handlers/give-up.ts'

export type ClearFailedOptions = { readonly queues: Queues; readonly giveUp: GiveUp }

/** How long the queues may take to be reached, ms. */
const queuesLimitMs = 2000

/**
 * Gives up the renditions of the jobs that have failed since it last looked. Most were given up with their last attempt;
 * but a job that its uploaders were killed under, again and again, fails between two attempts, and so does the parent of
 * one. Its rendition would stay in the spool, and keep its variant from being rendered and stored anew.
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
