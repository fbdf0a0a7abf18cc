import type { Variant } from '../image/index.ts'

/** A rendition that waits in the spool for being stored and linked. `renderedAt`: ms since the epoch. */
export type WaitingRendition = { readonly variant: Variant; readonly renderedAt: number }

/** Brings spooled renditions into the variant store, and records their links, later and elsewhere. */
export type Persistence = {
  /**
   * Resolves once the rendition is safely queued.
   *
   * @throws AppError STORE_UNAVAILABLE, within a bounded time; STORE_BUSY where too many are on their way; SPOOL_FULL where too many
   * jobs wait
   */
  schedule(rendition: WaitingRendition): Promise<void>
}
