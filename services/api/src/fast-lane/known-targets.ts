import type { ImageId, VariantKey } from '@iaas/common/image'
import type { LinkMemory, RememberedLink } from '@iaas/common/ports/link-store'
import { LRUCache } from 'lru-cache'
import type { ApiMetrics } from '../metrics/api-metrics.ts'

/** A request target: path and query as in the request line. */
export type KnownTargets = {
  /**
   * Returns the cached link of a known target, without parsing the target or any lookup.
   *
   * @param now on the clock of `performance.now()`
   */
  find(target: string, now: number): KnownTarget | undefined
  /** Records that a target means this variant. Its meaning must not depend on any header. */
  note(target: string, key: VariantKey, id: ImageId): void
}

export type KnownTarget = { readonly id: ImageId; readonly remembered: RememberedLink }

/** Longest cached target, characters: unknown options can make targets arbitrarily long. */
const longestTarget = 512

export type KnownTargetsOptions = {
  readonly memory: LinkMemory
  readonly maxTargets: number
  readonly metrics: Pick<ApiMetrics, 'lookup'>
}

/**
 * Caches the meaning of targets that were recently answered by a link. An entry is valid only while the link cache holds its
 * link, so nothing outlives it.
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
