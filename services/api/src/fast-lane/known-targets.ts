import type { ImageId, VariantKey } from '@iaas/common/image'
import type { LinkMemory, RememberedLink } from '@iaas/common/ports/link-store'
import { LRUCache } from 'lru-cache'
import { type HeaderValue, toHeaderValue } from '../http/redirect.ts'
import type { ApiMetrics } from '../metrics/api-metrics.ts'

/** A request target: path and query as in the request line. */
export type KnownTargets = {
  /**
   * Returns the cached link of a known target, without parsing the target or any lookup.
   *
   * @param now on the clock of `performance.now()`
   */
  find(target: string, now: number): KnownTarget | undefined
  /** Records how a target was answered. The answer must not depend on any header. */
  note(target: string, answer: KnownAnswer): void
}

/** Redirect of a target to the stored variant that it means. */
export type KnownAnswer = {
  readonly id: ImageId
  readonly key: VariantKey
  readonly address: string
}

export type KnownTarget = {
  readonly id: ImageId
  readonly remembered: RememberedLink
  /** Address of the variant, made once. */
  readonly location: HeaderValue
}

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
    note(target, { id, key, address }) {
      if (target.length > longestTarget) return
      const remembered = memory.recall(key)
      if (remembered === undefined) return
      known.set(target, { id, remembered, location: toHeaderValue(address) })
    },
  }
}
