import type { Digest } from '../digest.ts'

/** A rendition's bytes and when they were rendered (ms since the epoch). */
export type Spooled = { readonly bytes: Uint8Array; readonly renderedAt: number }

export type SpoolUsage = { readonly items: number; readonly bytes: number }

/**
 * Renditions that wait for being stored, by the digest of their variant. Bounded, and allowed to lose anything. Every call
 * rejects with AppError STORE_UNAVAILABLE where the spool does not answer, or nothing can be written.
 */
export type Spool = {
  /** @throws AppError SPOOL_FULL */
  put(digest: Digest, spooled: Spooled): Promise<void>
  get(digest: Digest): Promise<Spooled | undefined>
  /** Resolves to the bytes that `get` takes into memory; undefined: there is no such entry. */
  size(digest: Digest): Promise<number | undefined>
  /** Resolves to the time of an entry without its bytes; undefined: there is no such entry. */
  renderedAt(digest: Digest): Promise<number | undefined>
  /** Does nothing where there is no such entry. */
  drop(digest: Digest): Promise<void>
  /** Resolves where it answers and takes what is put. */
  ping(): Promise<void>
  /** What lies in it, within some seconds. */
  usage(): Promise<SpoolUsage>
}
