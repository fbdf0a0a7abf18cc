import type { Digest } from '../digest.ts'

/** A lease on the rendering of one variant. It expires soon after its process dies. */
export type RenderLease = {
  /**
   * True if another process held the lease, or the rendition left the spool, so recently that the rendition may have been
   * stored since its link was looked up. False if nobody has rendered the variant in the meantime.
   */
  readonly isFollowUp: boolean
  /**
   * Releases the lease. Never rejects.
   *
   * @param isSpooled the rendition is in the spool: waiters read it from there and need no notice of the release
   */
  end(isSpooled: boolean): Promise<void>
}

/** Result of claiming a lease. */
export type Claim =
  | { readonly kind: 'lease'; readonly lease: RenderLease }
  /** The rendition is done and is in the spool. */
  | { readonly kind: 'spooled' }
  /** Another process holds the lease. */
  | { readonly kind: 'taken' }

/**
 * Leases that let one process at a time render a variant, among all processes that share the leases and a spool. They only
 * save work; correctness must not depend on them.
 */
export type RenderLeases = {
  /**
   * Claims the lease on a variant.
   *
   * @param digest digest of the variant
   * @throws AppError STORE_UNAVAILABLE
   */
  claim(digest: Digest): Promise<Claim>
}
