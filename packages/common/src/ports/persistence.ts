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

/**
 * Stores a rendition and records its link in this process, without the queue. Rejects where either fails; the same
 * rendition may be stored again.
 */
export type StoreRendition = (rendition: WaitingRendition, bytes: Uint8Array) => Promise<void>

/** Renditions that this process has taken on itself: those of a process that was killed are still there at the next start. */
export type RenditionJournal = {
  add(rendition: WaitingRendition): Promise<void>
  /** Does nothing if there is no such entry. */
  remove(rendition: WaitingRendition): Promise<void>
  /** In no order. Leaves out and removes what cannot be read. */
  list(): Promise<readonly WaitingRendition[]>
}
