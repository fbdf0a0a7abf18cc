import { setTimeout as delay } from 'node:timers/promises'
import { isAppError } from '@iaas/common/errors'
import type { Logger } from '@iaas/common/log'
import { LRUCache } from 'lru-cache'

export type CopyQueueOptions = {
  /** Makes the working copy of the original at this path. */
  readonly make: (path: string, signal: AbortSignal) => Promise<void>
  readonly log: Logger
  /** Pause after a refusal because of other work, ms. */
  readonly retryAfterMs?: number
}

/** Makes working copies in the background, one after the other. */
export type CopyQueue = AsyncDisposable & {
  /**
   * Queues an original. Does nothing if the queue is full or this original failed recently; the next render asks again.
   */
  add(path: string): void
  readonly waiting: number
}

const maxWaiting = 1000
/** Time during which a failed original is not retried, ms. */
const failureMs = 60 * 60_000

export function createCopyQueue({ make, log, retryAfterMs = 1000 }: CopyQueueOptions): CopyQueue {
  const waiting = new Set<string>()
  const failed = new LRUCache<string, true>({ max: 10_000, ttl: failureMs })
  const ending = new AbortController()
  const { signal } = ending
  let working: Promise<void> | undefined

  async function work(): Promise<void> {
    for (let [path] = waiting; path !== undefined && !signal.aborted; [path] = waiting) {
      if (await attempt(path)) waiting.delete(path)
      else await delay(retryAfterMs, undefined, { signal, ref: false }).catch(() => {})
    }
  }

  /** Returns false if the attempt is to be retried. */
  async function attempt(path: string): Promise<boolean> {
    try {
      await make(path, signal)
    } catch (error) {
      if (signal.aborted || isAppError(error, 'RENDERER_BUSY')) return false
      failed.set(path, true)
      log.warn('working copy not made', { error })
    }
    return true
  }

  return {
    add(path) {
      if (signal.aborted || waiting.size >= maxWaiting || failed.has(path)) return
      waiting.add(path)
      working ??= work().finally(() => (working = undefined))
    },
    get waiting() {
      return waiting.size
    },
    async [Symbol.asyncDispose]() {
      ending.abort()
      await working
    },
  }
}
