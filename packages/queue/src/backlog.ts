import type { Queue } from 'bullmq'
import { withDeadline } from '@iaas/common/concurrency/with-deadline'
import type { Queues } from './open-queues.ts'

/** States of jobs that are counted. */
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

/** Counts of the jobs in the queues. All callers share one count. */
export type Backlog = {
  /** Returns the last count while it is fresh, otherwise a new one. Rejects while the queues' server does not answer. */
  count(): Promise<readonly CountedQueue[]>
  /** Like `count()`, but returns the previous result if counting exceeds `limitMs`. */
  countWithin(limitMs: number): Promise<readonly CountedQueue[]>
  /** Invalidates the last count, after a change to the queues other than a finished job. */
  recount(): void
  /** Returns the jobs that wait: those of the last count and those added since; undefined before the first count. */
  waiting(): number | undefined
  /** Notes jobs that this process has added to the queues. */
  add(jobs: number): void
}

export type BacklogOptions = {
  readonly queues: Queues
  /** Lower and upper bound of a count's TTL, ms. */
  readonly ttlMs?: { readonly least: number; readonly most: number }
  /** Returns ms of a monotonic clock. */
  readonly now?: () => number
}

/** TTL of a count as a multiple of its duration, so that long queues are counted less often. */
const ttlFactor = 50
/** Timeout of a count, ms. */
const countLimitMs = 10_000

export function createBacklog(options: BacklogOptions): Backlog {
  const { queues, ttlMs = { least: 1000, most: 30_000 }, now = () => performance.now() } = options
  let counted: Promise<readonly CountedQueue[]> = Promise.resolve([])
  let known: readonly CountedQueue[] | undefined
  let expiresAt = Number.NEGATIVE_INFINITY
  let added = 0
  let isOutdated = false

  async function countAnew(): Promise<readonly CountedQueue[]> {
    const addedBefore = added
    // One count at a time, however long it takes.
    expiresAt = Number.POSITIVE_INFINITY
    isOutdated = false
    let freshMs = ttlMs.least
    try {
      const opened = await queues(countLimitMs)
      const startedAt = now()
      const counts = await withDeadline(Promise.all(opened.map(countJobs)), countLimitMs)
      known = counts
      added -= addedBefore
      const wantedMs = (now() - startedAt) * ttlFactor
      freshMs = Math.min(Math.max(wantedMs, ttlMs.least), ttlMs.most)
      return counts
    } finally {
      expiresAt = isOutdated ? now() : now() + freshMs
    }
  }

  function count(): Promise<readonly CountedQueue[]> {
    if (now() >= expiresAt) counted = countAnew()
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
      // An in-flight count may have missed the change. It ends, and the next call counts again.
      isOutdated = true
      if (expiresAt !== Number.POSITIVE_INFINITY) expiresAt = now()
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
