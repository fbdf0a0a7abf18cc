import type { Digest } from '../digest.ts'

/** A rendition's bytes and when they were rendered (ms since the epoch). */
export type Spooled = { readonly bytes: Uint8Array; readonly renderedAt: number }

export type SpoolUsage = { readonly items: number; readonly bytes: number }

/**
 * Renditions that wait to be stored, by the digest of their variant. Bounded, and may lose anything. Every call rejects
 * with AppError STORE_UNAVAILABLE if the spool does not answer or cannot be written.
 */
export type Spool = {
  /** @throws AppError SPOOL_FULL */
  put(digest: Digest, spooled: Spooled): Promise<void>
  get(digest: Digest): Promise<Spooled | undefined>
  /** Returns the size of the bytes that `get` would read; undefined if there is no such entry. */
  size(digest: Digest): Promise<number | undefined>
  /** Returns the time of an entry without reading its bytes; undefined if there is no such entry. */
  renderedAt(digest: Digest): Promise<number | undefined>
  /** Removes an entry; does nothing if there is none. */
  drop(digest: Digest): Promise<void>
  /** Resolves if the spool answers and accepts entries. */
  ping(): Promise<void>
  /** Returns the usage, at most a few seconds old. */
  usage(): Promise<SpoolUsage>
}
