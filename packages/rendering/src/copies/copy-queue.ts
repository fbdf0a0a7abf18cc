import { setTimeout as delay } from 'node:timers/promises'
import { isAppError } from '@iaas/common/errors'
import type { Logger } from '@iaas/common/log'
import { type OriginalKey, type OriginalRef, originalKey } from '@iaas/common/original-ref'
import { LRUCache } from 'lru-cache'

export type CopyQueueOptions = {
  /** Makes the working copy of an original. */
  readonly make: (original: OriginalRef, signal: AbortSignal) => Promise<void>
  readonly log: Logger
  /** Pause after a refusal because of other work, ms. */
  readonly retryAfterMs?: number
}

/** Makes working copies in the background, one after the other. */
export type CopyQueue = AsyncDisposable & {
  /**
   * Queues an original. Does nothing if the queue is full or this original failed recently; the next render asks again.
   */
  add(original: OriginalRef): void
  readonly waiting: number
}

const maxWaiting = 1000
/** Time during which a failed original is not retried, ms. */
const failureMs = 60 * 60_000

export function createCopyQueue({ make, log, retryAfterMs = 1000 }: CopyQueueOptions): CopyQueue {
  const waiting = new Map<OriginalKey, OriginalRef>()
  const failed = new LRUCache<OriginalKey, true>({ max: 10_000, ttl: failureMs })
  const ending = new AbortController()
  const { signal } = ending
  let working: Promise<void> | undefined

  async function work(): Promise<void> {
    for (let [next] = waiting; next !== undefined && !signal.aborted; [next] = waiting) {
      const [key, original] = next
      if (await attempt(key, original)) waiting.delete(key)
      else await delay(retryAfterMs, undefined, { signal, ref: false }).catch(() => {})
    }
  }

  /** Returns false if the attempt is to be retried. */
  async function attempt(key: OriginalKey, original: OriginalRef): Promise<boolean> {
    try {
      await make(original, signal)
    } catch (error) {
      if (signal.aborted || isAppError(error, 'RENDERER_BUSY')) return false
      failed.set(key, true)
      log.warn('working copy not made', { id: original.id, error })
    }
    return true
  }

  return {
    add(original) {
      const key = originalKey(original)
      if (signal.aborted || waiting.size >= maxWaiting || failed.has(key)) return
      waiting.set(key, original)
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
