import type { ImageId, Variant, VariantKey } from '../image/index.ts'

/** The recorded place of a stored variant. */
export type Link = { readonly url: string }

/**
 * The variants that are stored. Every call rejects with AppError STORE_UNAVAILABLE where the database does not answer in
 * time.
 */
export type LinkStore = {
  find(variant: Variant): Promise<Link | undefined>
  /** Idempotent; the later of two renditions wins, whatever the order of the calls. `renderedAt`: ms since the epoch. */
  record(variant: Variant, link: Link, renderedAt: number): Promise<void>
  /** Forgets the link, where it still has this url. */
  remove(variant: Variant, link: Link): Promise<void>
  /** How many links an original has; `limit` where it has more. */
  count(id: ImageId, limit: number): Promise<number>
}

/** A link and what it is of. */
export type StoredLink = { readonly variant: Variant; readonly link: Link }

/** A walk over all links, in some order, which begins anew at its end. */
export type LinkWalk = {
  /** The next so many; fewer at the end. */
  next(limit: number): Promise<readonly StoredLink[]>
}

/**
 * A cache of links in front of a LinkStore, shared by processes. What is evicted or unknown is `undefined`, never an answer.
 * Every call rejects with AppError STORE_UNAVAILABLE if the cache does not answer in time.
 */
export type LinkCache = {
  get(key: VariantKey): Promise<Link | undefined>
  /** Does nothing for a few seconds after `delete`: the link may have been looked up before. */
  set(key: VariantKey, link: Link): Promise<void>
  delete(key: VariantKey): Promise<void>
}

/** A cached link. Callers that keep a reference to it must check `expiresAt`. */
export type RememberedLink = {
  readonly link: Link
  /** Time of `performance.now()` at which the link expires. Lies in the past once the link is evicted or invalidated. */
  readonly expiresAt: number
}

/** A cache of links within one process; it answers at once. */
export type LinkMemory = {
  get(key: VariantKey): Link | undefined
  recall(key: VariantKey): RememberedLink | undefined
  set(key: VariantKey, link: Link): void
  delete(key: VariantKey): void
  /** Grows with each `delete`. A lookup notes it at its start. */
  readonly generation: number
  /** Returns whether `key` was deleted after this generation. A lookup that began before the deletion must not be cached. */
  wasDeletedSince(generation: number, key: VariantKey): boolean
}

/** Tells of links that were removed or replaced, by whomever (an operator's SQL included). */
export type LinkChanges = {
  /** `onChange` with the key of each such link; `onGap` where some may have been missed (a connection was lost). */
  subscribe(onChange: (key: VariantKey) => void, onGap: () => void): Promise<AsyncDisposable>
}
