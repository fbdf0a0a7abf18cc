import { setTimeout as delay } from 'node:timers/promises'
import type { Digest } from '@iaas/common/digest'
import type { Logger } from '@iaas/common/log'
import type { Claim, RenderLeases } from '@iaas/common/ports/render-leases'

export type AwaitLeaseOptions = {
  /** undefined: this process does not share its work. */
  readonly leases: RenderLeases | undefined
  /** Maximum wait for another process, ms. */
  readonly maxWaitMs: number
  readonly log: Logger
}

/** The lease on a variant, or the note that another process has already spooled the rendition. */
export type AwaitedLease = Exclude<Claim, { readonly kind: 'taken' }>

/**
 * Waits while another process renders the same variant. Returns undefined if the caller may render without a lease:
 * leases are not in use, or none was available in time.
 *
 * @throws the reason of `signal`
 */
export type AwaitLease = (digest: Digest, signal: AbortSignal) => Promise<AwaitedLease | undefined>

const firstPauseMs = 10
const longestPauseMs = 80

export function createAwaitLease({ leases, maxWaitMs, log }: AwaitLeaseOptions): AwaitLease {
  if (leases === undefined) return () => Promise.resolve(undefined)
  const claim = (digest: Digest) => leases.claim(digest)

  async function waitFor(digest: Digest, signal: AbortSignal): Promise<AwaitedLease | undefined> {
    const giveUpAt = performance.now() + maxWaitMs
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

  return async function awaitLease(digest, signal) {
    try {
      return await waitFor(digest, signal)
    } catch (error) {
      signal.throwIfAborted()
      log.warn('lease not available', { error })
      return undefined
    }
  }
}
