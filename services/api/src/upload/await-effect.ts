import { setTimeout as delay } from 'node:timers/promises'
import { withDeadline } from '@iaas/common/concurrency/with-deadline'
import type { ImageId } from '@iaas/common/image'
import type { Logger } from '@iaas/common/log'
import type { Epoch, Epochs } from '@iaas/common/ports/epochs'

/** Waits until every api process has acted on an epoch. Resolves to false if that takes too long. Never rejects. */
export type AwaitEffect = (id: ImageId, epoch: Epoch) => Promise<boolean>

export type AwaitEffectOptions = {
  readonly epochs: Pick<Epochs, 'waitingFor'>
  /** Longest wait, ms. */
  readonly longestMs: number
  readonly log: Logger
}

const firstPauseMs = 5
const longestPauseMs = 80

export function createAwaitEffect({ epochs, longestMs, log }: AwaitEffectOptions): AwaitEffect {
  async function untilNoneWaits(epoch: Epoch, waiting: string[], signal: AbortSignal) {
    for (let pause = firstPauseMs; ; pause = Math.min(longestPauseMs, pause * 2)) {
      waiting.splice(0, Infinity, ...(await epochs.waitingFor(epoch)))
      if (waiting.length === 0) return
      await delay(pause, undefined, { signal })
    }
  }

  return async function awaitEffect(id, epoch) {
    const waiting: string[] = []
    const stop = new AbortController()
    try {
      await withDeadline(untilNoneWaits(epoch, waiting, stop.signal), longestMs)
      return true
    } catch (error) {
      stop.abort()
      log.warn('replaced image not acknowledged by all processes', {
        id,
        processes: waiting,
        error,
      })
      return false
    }
  }
}
