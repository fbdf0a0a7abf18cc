import { setTimeout as delay } from 'node:timers/promises'
import type { Digest } from '@iaas/common/digest'
import type { Logger } from '@iaas/common/log'
import type { Claim, Turns } from '@iaas/common/ports/turns'

export type AwaitTurnOptions = {
  /** undefined: this process shares its work with no other. */
  readonly turns: Turns | undefined
  /** How long another process is waited for, ms. */
  readonly patienceMs: number
  readonly log: Logger
}

/** The turn at a rendition, or what became of it in that of another. */
export type AwaitedTurn = Exclude<Claim, { readonly kind: 'taken' }>

/**
 * Waits while another process makes the same rendition. undefined: it may be made without a turn, since there are none,
 * or none to be had in time.
 *
 * @throws the reason of `signal`
 */
export type AwaitTurn = (digest: Digest, signal: AbortSignal) => Promise<AwaitedTurn | undefined>

const firstPauseMs = 10
const longestPauseMs = 80

export function createAwaitTurn({ turns, patienceMs, log }: AwaitTurnOptions): AwaitTurn {
  if (turns === undefined) return () => Promise.resolve(undefined)
  const claim = (digest: Digest) => turns.claim(digest)

  async function waitFor(digest: Digest, signal: AbortSignal): Promise<AwaitedTurn | undefined> {
    const giveUpAt = performance.now() + patienceMs
    let pauseMs = firstPauseMs
    for (;;) {
      const claimed = await claim(digest)
      if (claimed.kind !== 'taken') return claimed
      if (performance.now() > giveUpAt) return undefined
      await delay(pauseMs)
      signal.throwIfAborted()
      pauseMs = Math.min(longestPauseMs, 2 * pauseMs)
    }
  }

  return async function awaitTurn(digest, signal) {
    try {
      return await waitFor(digest, signal)
    } catch (error) {
      signal.throwIfAborted()
      log.warn('no turn to be had', { error })
      return undefined
    }
  }
}
