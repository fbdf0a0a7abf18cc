import { setTimeout as delay } from 'node:timers/promises'
import { isAppError } from '@iaas/common/errors'
import type { Purge, PurgeOrder, PurgePhase, PurgeWork } from '@iaas/common/ports/purges'

/** Does a part of a phase. Resolves to how long the purge rests afterwards, ms. May be done twice. */
export type PurgeStep = (purge: Purge, signal: AbortSignal) => Promise<number | void>

export type PurgeSteps = Readonly<Record<PurgePhase, PurgeStep>>

/** Works on a purge for a while. Resolves to how long it rests until the next order, ms; undefined: nothing is left to do. */
export type RunPurge = (order: PurgeOrder, signal: AbortSignal) => Promise<number | undefined>

export type RunPurgeOptions = {
  readonly work: Pick<PurgeWork, 'begin' | 'find' | 'noteFailure'>
  readonly steps: PurgeSteps
  /** Time after which other purges are worked on, ms. */
  readonly sliceMs: number
}

/** Longest rest until the next order, ms: a queue takes a longer one for that of a wrong clock. */
const longestRestMs = 30_000
/** Longest rest for which the purge is kept, ms. */
const shortRestMs = 500

export function createRunPurge({ work, steps, sliceMs }: RunPurgeOptions): RunPurge {
  /** Notes failures in the receipt, which an operator reads before any log. */
  async function take(purge: Purge, signal: AbortSignal): Promise<number> {
    try {
      return (await steps[purge.phase](purge, signal)) ?? 0
    } catch (error) {
      await work.noteFailure(purge.id, describe(error)).catch(() => {})
      throw error
    }
  }

  return async function runPurge(order, signal) {
    const endsAt = performance.now() + sliceMs
    let purge: Purge | undefined = await work.begin(order)
    while (purge !== undefined && purge.state === 'running') {
      const restMs = purge.restMs || (await take(purge, signal))
      const isOver = signal.aborted || performance.now() > endsAt
      if (isOver || restMs > shortRestMs) return Math.min(restMs, longestRestMs)
      await delay(restMs, undefined, { signal }).catch(() => {})
      purge = await work.find(order.purge)
    }
    return undefined
  }
}

/** Messages of expected failures contain no secrets and no paths. */
function describe(error: unknown): string {
  return isAppError(error)
    ? error.message
    : 'Something failed unexpectedly. The uploader has logged it.'
}
