import type { ImageId, VariantKey } from '@iaas/common/image'
import type { LinkMemory, RememberedLink } from '@iaas/common/ports/link-store'
import { LRUCache } from 'lru-cache'
import type { ApiMetrics } from '../metrics/api-metrics.ts'

/** A target is what stands in the request line: path and query. */
export type KnownTargets = {
  /**
   * The link of a target that is known, as long as this process remembers it: nothing is read, and nobody is asked.
   *
   * @param now on the clock of `performance.now()`
   */
  find(target: string, now: number): KnownTarget | undefined
  /** Notes that a target means this variant, whoever asks, and however: no header may change that. */
  note(target: string, key: VariantKey, id: ImageId): void
}

export type KnownTarget = { readonly id: ImageId; readonly remembered: RememberedLink }

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
  const known = new LRUCache<string, KnownTarget>({ max: maxTargets })
  return {
    find(target, now) {
      const found = known.get(target)
      if (found === undefined || now >= found.remembered.expiresAt) return undefined
      metrics.lookup('memory', 'hit')
      return found
    },
    note(target, key, id) {
      if (target.length > longestTarget) return
      const remembered = memory.recall(key)
      if (remembered !== undefined) known.set(target, { id, remembered })
    },
  }
}
