import { setTimeout as delay } from 'node:timers/promises'
import type { Digest } from '@iaas/common/digest'
import type { Logger } from '@iaas/common/log'
import type { Turn, Turns } from '@iaas/common/ports/turns'

export type AwaitTurnOptions = {
  /** undefined: this process shares its work with no other. */
  readonly turns: Turns | undefined
  /** How long another process is waited for, ms. */
  readonly patienceMs: number
  readonly log: Logger
}

/**
 * Waits while another process does the same work. undefined: it may be done without a turn, since there are none, or none
 * to be had in time.
 *
 * @throws the reason of `signal`
 */
export type AwaitTurn = (work: Digest, signal: AbortSignal) => Promise<Turn | undefined>

const firstPauseMs = 10
const longestPauseMs = 80

export function createAwaitTurn({ turns, patienceMs, log }: AwaitTurnOptions): AwaitTurn {
  if (turns === undefined) return () => Promise.resolve(undefined)

  async function waitFor(work: Digest, signal: AbortSignal): Promise<Turn | undefined> {
    const giveUpAt = performance.now() + patienceMs
    let pauseMs = firstPauseMs
    for (;;) {
      const turn = await turns?.tryTake(work)
      if (turn !== undefined || performance.now() > giveUpAt) return turn
      await delay(pauseMs)
      signal.throwIfAborted()
      pauseMs = Math.min(longestPauseMs, 2 * pauseMs)
    }
  }

  return async function awaitTurn(work, signal) {
    try {
      return await waitFor(work, signal)
    } catch (error) {
      signal.throwIfAborted()
      log.warn('no turn to be had', { error })
      return undefined
    }
  }
}
