import type { CacheTag } from '../cache-tag.ts'
import type { ObjectKey } from '../digest.ts'

/** Targets that the caches of a CDN drop. */
export type CdnTargets =
  | {
      /** Tags of images: everything that carries one of them. */
      readonly tags: readonly CacheTag[]
      /** Beginnings of the paths of these images on the api, percent-encoded: for a CDN without tags. */
      readonly addresses: readonly string[]
      /** Objects that may carry no tag. */
      readonly keys: readonly ObjectKey[]
    }
  /** All that the CDN has of this service. */
  | 'everything'

/** `unknown`: the CDN does not know the invalidation any more, so that its targets must be sent again. */
export type InvalidationState = 'pending' | 'completed' | 'unknown'

export type Invalidation = { readonly id: string; readonly state: InvalidationState }

/**
 * Purges the caches of one CDN. Every call rejects with `CdnFailure` if the CDN refuses or does not answer in time. The same
 * targets may be sent twice.
 */
export type CdnPurger = {
  /** Names the CDN in receipts. */
  readonly name: string
  /** Most objects of one call. */
  readonly mostTargets: number
  /** Most images of one call. */
  readonly mostImages: number
  /** Most invalidations that may be pending at once. */
  readonly mostPending: number
  /** Time until a pending invalidation is asked for again, ms. */
  readonly pollMs: number
  /** Returns true for an object that no tag reaches. */
  needsKey(key: ObjectKey): boolean
  purge(targets: CdnTargets): Promise<Invalidation>
  stateOf(id: string): Promise<InvalidationState>
}
