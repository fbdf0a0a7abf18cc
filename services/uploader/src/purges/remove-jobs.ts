import type { Queues } from '@iaas/queue/open-queues'
import { queueNames } from '@iaas/common/jobs/queues'
import { parsePayload, parsePersistJobId } from '@iaas/common/jobs/store-rendition'
import type { Purge, PurgeWork } from '@iaas/common/ports/purges'
import type { Spool } from '@iaas/common/ports/spool'
import type { Job, Queue } from 'bullmq'

/**
 * Removes the waiting jobs of the renditions that a purge keeps out, and these renditions from the spool. Jobs that run are
 * fenced when they record their link.
 */
export type RemoveJobs = (purge: Purge, signal: AbortSignal) => Promise<RemovedJobs>

export type RemovedJobs = { readonly jobs: number; readonly spool: number }

export type RemoveJobsOptions = {
  readonly queues: Queues
  readonly work: Pick<PurgeWork, 'selects'>
  readonly spool: Pick<Spool, 'renderedAt' | 'drop'>
}

const queuesLimitMs = 5000
const pageSize = 500
const waiting = ['waiting-children', 'waiting', 'prioritized', 'delayed'] as const

export function createRemoveJobs({ queues, work, spool }: RemoveJobsOptions): RemoveJobs {
  async function dropSpooled(job: Job): Promise<boolean> {
    const rendition = parsePersistJobId(job.id ?? '')
    if (rendition === undefined) return false
    const { digest, renderedAt } = rendition
    if ((await spool.renderedAt(digest)) !== renderedAt) return false
    await spool.drop(digest)
    return true
  }

  return async function removeJobs(purge, signal) {
    const opened = await queues(queuesLimitMs)
    const selects = await work.selects(purge)
    const isSelected = (job: Job) => isOlder(job, purge) && selectsJob(job, selects)
    const removed = { jobs: 0, spool: 0 }
    // Parents first: the removal of a child would start its parent.
    for (const name of [queueNames.records, queueNames.uploads]) {
      const queue = opened.find((each) => each.name === name)
      const jobs = queue === undefined ? [] : await collect(queue, isSelected, signal)
      for (const job of jobs) {
        if (await dropSpooled(job)) removed.spool += 1
        if (await removeJob(job)) removed.jobs += 1
      }
    }
    return removed
  }
}

async function collect(
  queue: Queue,
  isSelected: (job: Job) => boolean,
  signal: AbortSignal,
): Promise<readonly Job[]> {
  const found: Job[] = []
  for (let from = 0; ; from += pageSize) {
    signal.throwIfAborted()
    const jobs = await queue.getJobs([...waiting], from, from + pageSize - 1, true)
    // A job may have ended since it was listed.
    found.push(...jobs.filter((job: Job | undefined) => job !== undefined && isSelected(job)))
    if (jobs.length === 0) return found
  }
}

/** Jobs of builds before the epochs have epoch 0. */
function isOlder({ data }: Job, { epoch }: Purge): boolean {
  const own = (data as { readonly epoch?: unknown } | null)?.epoch
  return epoch === undefined || (typeof own === 'number' ? own : 0) < epoch
}

function selectsJob({ data }: Job, selects: Awaited<ReturnType<PurgeWork['selects']>>): boolean {
  try {
    const { variant, renderedAt } = parsePayload(data)
    return selects(variant, renderedAt)
  } catch {
    // No release queues such a job, and no release can do it.
    return false
  }
}

/** Returns false for a job that has begun meanwhile. */
async function removeJob(job: Job): Promise<boolean> {
  try {
    await job.remove({ removeChildren: false })
    return true
  } catch {
    return false
  }
}
