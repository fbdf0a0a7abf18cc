import type { VariantKey } from '@iaas/common/image'
import type { Link, LinkMemory } from '@iaas/common/ports/link-store'
import { LRUCache } from 'lru-cache'
import type { ApiMetrics } from '../metrics/api-metrics.ts'

/** A target is what stands in the request line: path and query. */
export type KnownTargets = {
  /** The link of a target that is known, where this process remembers it: nothing is read, and nobody is asked. */
  find(target: string): Link | undefined
  /** Notes that a target means this variant, whoever asks, and however: no header may change that. */
  note(target: string, key: VariantKey): void
}

export type KnownTargetsOptions = {
  readonly memory: LinkMemory
  readonly maxTargets: number
  readonly metrics: Pick<ApiMetrics, 'lookup'>
}

/**
 * What targets mean that were answered by a link lately. The links themselves stay where they are forgotten in time, so
 * that nothing outlives them here.
 */
export function createKnownTargets(options: KnownTargetsOptions): KnownTargets {
  const { memory, maxTargets, metrics } = options
  const keys = new LRUCache<string, VariantKey>({ max: maxTargets })
  return {
    find(target) {
      const key = keys.get(target)
      const link = key === undefined ? undefined : memory.get(key)
      if (link !== undefined) metrics.lookup('memory', 'hit')
      return link
    },
    note: (target, key) => void keys.set(target, key),
  }
}
