import { withDeadline } from '@iaas/common/concurrency/with-deadline'
import { repeat } from '@iaas/common/lifecycle/repeat'
import type { Logger } from '@iaas/common/log'
import type { VariantStore } from '@iaas/common/ports/variant-store'
import { isNoAnswer } from '@iaas/stores/s3/no-answer'

const pingEveryMs = 2000
const pingLimitMs = 1000

export type StoreWatch = AsyncDisposable & {
  /** Tells whether the store is down, so that redirects to it would fail. */
  readonly isAway: () => boolean
}

/** Pings the variant store until disposed of, while stored variants are requested or it is down. */
export function watchStore(variants: Pick<VariantStore, 'ping'>, log: Logger): StoreWatch {
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
    // A single failed ping is no outage.
    const isBack = (await answers()) || (!isAway && (await answers()))
    if (isBack !== isAway) return
    isAway = !isBack
    if (isAway) log.warn('variant store lost: stored variants are answered here')
    else log.info('variant store back: stored variants are redirected to')
  }

  const watching = repeat('watch of the variant store', check, pingEveryMs, log)
  return {
    isAway() {
      wasAsked = true
      return isAway
    },
    [Symbol.asyncDispose]: () => watching[Symbol.asyncDispose](),
  }
}
