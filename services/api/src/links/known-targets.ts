import type { VariantKey } from '@iaas/common/image'
import type { Link, LinkMemory, RememberedLink } from '@iaas/common/ports/link-store'
import { LRUCache } from 'lru-cache'
import type { ApiMetrics } from '../metrics/api-metrics.ts'

/** A target is what stands in the request line: path and query. */
export type KnownTargets = {
  /**
   * The link of a target that is known, as long as this process remembers it: nothing is read, and nobody is asked.
   *
   * @param now on the clock of `performance.now()`
   */
  find(target: string, now: number): Link | undefined
  /** Notes that a target means this variant, whoever asks, and however: no header may change that. */
  note(target: string, key: VariantKey): void
}

/** A longer target is not remembered, characters: options that nobody knows can be as long as a request may be. */
const longestTarget = 512

export type KnownTargetsOptions = {
  readonly memory: LinkMemory
  readonly maxTargets: number
  readonly metrics: Pick<ApiMetrics, 'lookup'>
}

/**
 * What targets mean that were answered by a link lately. A link that the memory lets go of, for whatever reason, is not
 * believed here either: nothing outlives it.
 */
export function createKnownTargets(options: KnownTargetsOptions): KnownTargets {
  const { memory, maxTargets, metrics } = options
  const known = new LRUCache<string, RememberedLink>({ max: maxTargets })
  return {
    find(target, now) {
      const remembered = known.get(target)
      if (remembered === undefined || now >= remembered.believedUntil) return undefined
      metrics.lookup('memory', 'hit')
      return remembered.link
    },
    note(target, key) {
      if (target.length > longestTarget) return
      const remembered = memory.recall(key)
      if (remembered !== undefined) known.set(target, remembered)
    },
  }
}
