import type { Queue } from 'bullmq'
import { withDeadline } from '@iaas/common/concurrency/with-deadline'
import type { Queues } from './open-queues.ts'

/** What a job can be doing, the states that are counted. */
const states = [
  'waiting',
  'prioritized',
  'delayed',
  'waiting-children',
  'active',
  'completed',
  'failed',
] as const
const waitingStates = ['waiting', 'prioritized', 'delayed', 'waiting-children'] as const

export type CountedQueue = {
  readonly name: string
  readonly jobs: Readonly<Record<(typeof states)[number], number>>
}

/** What is known of the jobs in the queues, for all who want to know it: it is counted once for them together. */
export type Backlog = {
  /** The last count while it is believed, else a new one. Rejects while the queues' server does not answer. */
  count(): Promise<readonly CountedQueue[]>
  /** The same, but rather the count before than one that takes longer, ms. */
  countWithin(limitMs: number): Promise<readonly CountedQueue[]>
  /** Believes the last count no longer: something else than a job that is done has changed the queues. */
  recount(): void
  /** How many wait: those of the last count, and those added here since; undefined before the first count. */
  waiting(): number | undefined
  /** Tells of jobs that this process has added to the queues. */
  add(jobs: number): void
}

export type BacklogOptions = {
  readonly queues: Queues
  /** A count is believed so long at the least, and at the most, ms. */
  readonly believeMs?: { readonly least: number; readonly most: number }
  /** ms, of any clock that never goes back. */
  readonly now?: () => number
}

/** A count is believed so many times as long as it took: the longer a queue is, the seldomer it is counted. */
const believedPerMs = 50
/** How long a count may take, ms. */
const countLimitMs = 10_000

export function createBacklog(options: BacklogOptions): Backlog {
  const {
    queues,
    believeMs = { least: 1000, most: 30_000 },
    now = () => performance.now(),
  } = options
  let counted: Promise<readonly CountedQueue[]> = Promise.resolve([])
  let known: readonly CountedQueue[] | undefined
  let believedUntil = Number.NEGATIVE_INFINITY
  let added = 0
  let isOutdated = false

  async function countAnew(): Promise<readonly CountedQueue[]> {
    const addedBefore = added
    // One at a time, however long it takes.
    believedUntil = Number.POSITIVE_INFINITY
    isOutdated = false
    let believedMs = believeMs.least
    try {
      const opened = await queues(countLimitMs)
      const startedAt = now()
      const counts = await withDeadline(Promise.all(opened.map(countJobs)), countLimitMs)
      known = counts
      added -= addedBefore
      const wantedMs = (now() - startedAt) * believedPerMs
      believedMs = Math.min(Math.max(wantedMs, believeMs.least), believeMs.most)
      return counts
    } finally {
      believedUntil = isOutdated ? now() : now() + believedMs
    }
  }

  function count(): Promise<readonly CountedQueue[]> {
    if (now() >= believedUntil) counted = countAnew()
    return counted
  }

  return {
    count,
    async countWithin(limitMs) {
      const before = known
      if (before === undefined) return await count()
      return await withDeadline(count(), limitMs).catch(() => before)
    },
    recount() {
      // A count that is under way may have passed over what has changed: it ends, and the next one follows.
      isOutdated = true
      if (believedUntil !== Number.POSITIVE_INFINITY) believedUntil = now()
    },
    waiting: () => (known === undefined ? undefined : sumWaiting(known) + added),
    add(jobs) {
      added += jobs
    },
  }
}

async function countJobs(queue: Pick<Queue, 'name' | 'getJobCounts'>): Promise<CountedQueue> {
  const counts = await queue.getJobCounts(...states)
  return { name: queue.name, jobs: counts as CountedQueue['jobs'] }
}

function sumWaiting(queues: readonly CountedQueue[]): number {
  const counts = queues.flatMap(({ jobs }) => waitingStates.map((state) => jobs[state]))
  return counts.reduce((sum, count) => sum + count, 0)
}
