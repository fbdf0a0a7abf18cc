import type { Variant } from '../image/index.ts'
import type { Epoch } from './epochs.ts'

/** A spooled rendition that is not yet stored and linked. */
export type WaitingRendition = {
  readonly variant: Variant
  /** Time of the rendering, ms since 1970. */
  readonly renderedAt: number
  /** Epoch of the original, noted before it was read; undefined: 0. */
  readonly epoch?: Epoch | undefined
}

/**
 * Moves spooled renditions to the variant store and records their links, asynchronously and possibly in another
 * process.
 */
export type Persistence = {
  /**
   * Schedules a rendition. Resolves once it is safely queued.
   *
   * @throws AppError STORE_UNAVAILABLE, within a bounded time; STORE_BUSY if too many are in flight; SPOOL_FULL if too
   * many jobs wait
   */
  schedule(rendition: WaitingRendition): Promise<void>
}

/**
 * Stores a rendition and records its link in this process, without the queue. Rejects if either fails. The same
 * rendition may be stored again.
 */
export type StoreRendition = (rendition: WaitingRendition, bytes: Uint8Array) => Promise<void>

/** Renditions that this process has accepted. After a crash they are still listed at the next start. */
export type RenditionJournal = {
  add(rendition: WaitingRendition): Promise<void>
  /** Does nothing if there is no such entry. A crash within a second may leave it: it is then stored again, in vain. */
  remove(rendition: WaitingRendition): Promise<void>
  /** Lists the renditions, unordered. Skips and removes unreadable entries. */
  list(): Promise<readonly WaitingRendition[]>
  /** Resolves once everything removed is gone also after a crash. */
  flush(): Promise<void>
}
