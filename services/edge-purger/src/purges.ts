import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from '@iaas/common/log'
import { purgeCache } from './purge-cache.ts'
import type { PurgeTargets } from './purge-targets.ts'

/** The caches of deploy/edge: objects of the bucket, and answers of the api. Folders beside them are no caches. */
const caches = ['iaas', 'answers']

export type PurgesOptions = {
  readonly cacheDir: string
  /** Time after which nginx has written every answer that it had begun to receive, ms. */
  readonly settleMs: number
  readonly log: Logger
}

export type PurgeState = 'running' | 'finished'

/** The purges of this process. A restart forgets them; whoever asked then sends them again. */
export type Purges = AsyncDisposable & {
  /** Returns undefined if too many are running. */
  begin(targets: PurgeTargets): string | undefined
  stateOf(id: string): PurgeState | undefined
}

type Running = { readonly id: string; readonly targets: PurgeTargets; dueAt: number; walks: number }

const mostRunning = 1000
const mostRemembered = 10_000
/** Time until a new purge is seen while others settle, ms. */
const longestRestMs = 50
/** Rest after a failed walk, ms. */
const retryMs = 1000

/**
 * Walks through the cache twice for each purge: the second walk removes what was on its way into the cache during the first.
 * One walk serves all purges that wait, so that any number of them costs no more than one walk after the other.
 */
export function createPurges({ cacheDir, settleMs, log }: PurgesOptions): Purges {
  const running = new Map<string, Running>()
  const finished = new Set<string>()
  const ending = new AbortController()
  let working: Promise<void> | undefined

  function finish(id: string): void {
    running.delete(id)
    finished.add(id)
    const [oldest] = finished
    if (finished.size > mostRemembered && oldest !== undefined) finished.delete(oldest)
  }

  async function walkOnce(): Promise<void> {
    const now = performance.now()
    const due = [...running.values()].filter(({ dueAt }) => dueAt <= now)
    if (due.length === 0) {
      const next = Math.min(...[...running.values()].map(({ dueAt }) => dueAt))
      return delay(Math.min(longestRestMs, next - now), undefined, { signal: ending.signal })
    }
    const targets = due.map((purge) => purge.targets)
    let removed = 0
    for (const cache of caches) removed += await purgeCache(join(cacheDir, cache), targets)
    log.info('cache purged', { purges: due.length, removed })
    for (const purge of due) {
      purge.walks += 1
      purge.dueAt = performance.now() + settleMs
      if (purge.walks === 2) finish(purge.id)
    }
  }

  async function work(): Promise<void> {
    while (running.size > 0 && !ending.signal.aborted) {
      await walkOnce().catch(async (error: unknown) => {
        if (ending.signal.aborted) return
        log.warn('cache not purged', { error })
        await delay(retryMs, undefined, { signal: ending.signal }).catch(() => {})
      })
    }
    working = undefined
  }

  return {
    begin(targets) {
      if (running.size >= mostRunning) return undefined
      const id = randomUUID()
      running.set(id, { id, targets, dueAt: 0, walks: 0 })
      working ??= work()
      return id
    },
    stateOf(id) {
      if (running.has(id)) return 'running'
      return finished.has(id) ? 'finished' : undefined
    },
    async [Symbol.asyncDispose]() {
      ending.abort()
      await working
    },
  }
}
