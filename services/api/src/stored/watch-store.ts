import { withDeadline } from '@iaas/common/concurrency/with-deadline'
import type { Closers } from '@iaas/common/lifecycle/closers'
import { repeatUntilClosed } from '@iaas/common/lifecycle/repeat'
import type { Logger } from '@iaas/common/log'
import type { VariantStore } from '@iaas/common/ports/variant-store'
import { isNoAnswer } from '@iaas/common/s3/no-answer'

const pingEveryMs = 2000
const pingLimitMs = 1000

export type WatchStoreOptions = {
  readonly variants: Pick<VariantStore, 'ping'>
  readonly log: Logger
  readonly closers: Closers
}

/**
 * Pings the variant store until closed, while stored variants are asked for or it is away.
 *
 * @returns whether it is away, so that redirects to it would lead to nothing
 */
export function watchStore({ variants, log, closers }: WatchStoreOptions): () => boolean {
  let isAway = false
  let wasAsked = true

  async function answers(): Promise<boolean> {
    try {
      await withDeadline(variants.ping(), pingLimitMs)
      return true
    } catch (error) {
      return !isNoAnswer(error)
    }
  }

  async function check(): Promise<void> {
    if (!wasAsked && !isAway) return
    wasAsked = false
    // A single lost answer is no outage.
    const isBack = (await answers()) || (!isAway && (await answers()))
    if (isBack !== isAway) return
    isAway = !isBack
    if (isAway) log.warn('variant store lost: stored variants are answered here')
    else log.info('variant store back: stored variants are redirected to')
  }

  repeatUntilClosed('watch of the variant store', check, pingEveryMs, { log, closers })
  return () => {
    wasAsked = true
    return isAway
  }
}
