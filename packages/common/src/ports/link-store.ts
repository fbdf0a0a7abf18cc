import type { Digest, ObjectKey } from '../digest.ts'
import type { ImageId, Variant, VariantKey } from '../image/index.ts'
import type { Epoch } from './epochs.ts'

/**
 * Recorded place of a stored variant: the key of its object, or an address of another form, such as one of the legacy
 * iaas, which is answered as it is. The address of a key is made when it is answered; see `addressOf`.
 */
export type Link =
  | { readonly key: ObjectKey; readonly address?: undefined }
  | { readonly key?: undefined; readonly address: string }

/** `fenced`: the original has been raised to a higher epoch, or is gone, and nothing was recorded. */
export type RecordOutcome = 'recorded' | 'fenced'

/**
 * Links of the stored variants. Every call rejects with AppError STORE_UNAVAILABLE if the database does not answer in
 * time.
 */
export type LinkStore = {
  find(variant: Variant): Promise<Link | undefined>
  /**
   * Records a link. Idempotent. The rendition of the higher epoch wins, and the later one of two in the same epoch,
   * whatever the order of the calls.
   *
   * @param renderedAt ms since 1970
   * @param epoch epoch of the original, noted before it was read
   */
  record(variant: Variant, link: Link, renderedAt: number, epoch?: Epoch): Promise<RecordOutcome>
  /** Removes the link if it still leads there. */
  remove(variant: Variant, link: Link): Promise<void>
  /** Returns the number of links of an original, at most `limit`. */
  count(id: ImageId, limit: number): Promise<number>
}

/** A stored variant as the ledger has it. */
export type ListedLink = {
  /** Identifies the variant: the digest of its key, or of its row if `variant` is absent. */
  readonly digest: Digest
  /** Absent if the row holds only a digest of its options, or if no request can match it. */
  readonly variant?: Variant | undefined
  /** Absent in rows of the legacy iaas. */
  readonly renderedAt?: Date | undefined
  /** Its position, for `after`. */
  readonly position: string
}

export type LinkPage = {
  readonly limit: number
  /** Position of the last link of the page before. */
  readonly after?: string | undefined
}

/** Positions that `LinkList` accepts. */
export const linkPosition = /^-?\d{1,18}-[\da-f]{32}$/

/** Lists links. Rejects with AppError STORE_UNAVAILABLE if the database does not answer in time. */
export type LinkList = {
  /**
   * Returns the links of an original, the newest rendition first. Links recorded meanwhile come before the position of any
   * page, so that no page repeats or skips a link because of them.
   */
  list(id: ImageId, page: LinkPage): Promise<readonly ListedLink[]>
}

/** A link and its variant. */
export type StoredLink = { readonly variant: Variant; readonly link: Link }

/** A walk over all links, in no particular order. Starts again after the end. */
export type LinkWalk = {
  /** Returns the next `limit` links; fewer at the end. */
  next(limit: number): Promise<readonly StoredLink[]>
}

/**
 * A cache of links in front of a LinkStore, shared by processes. Returns undefined for evicted and unknown links. Every
 * call rejects with AppError STORE_UNAVAILABLE if the cache does not answer in time.
 */
export type LinkCache = {
  /** @param key in the epoch of the original that the caller knows; see `keyInEpoch` */
  get(key: VariantKey): Promise<Link | undefined>
  /**
   * Caches a link. Does nothing for a few seconds after `delete`, because the link may have been looked up before the
   * deletion.
   */
  set(key: VariantKey, link: Link): Promise<void>
  delete(key: VariantKey): Promise<void>
}

/** A cached link. Callers that keep a reference to it must check `expiresAt`. */
export type RememberedLink = {
  readonly link: Link
  /** Time of `performance.now()` at which the link expires. Lies in the past once the link is evicted or invalidated. */
  readonly expiresAt: number
}

/** A synchronous cache of links within one process. */
export type LinkMemory = {
  get(key: VariantKey): Link | undefined
  recall(key: VariantKey): RememberedLink | undefined
  set(key: VariantKey, link: Link): void
  delete(key: VariantKey): void
  /** Deletes the links of these originals, or all links. */
  deleteOf(originals: ReadonlySet<ImageId> | 'all'): void
  /** Grows with each deletion. A lookup reads it at its start. */
  readonly generation: number
  /**
   * Returns true if `key` was deleted after this generation. A lookup that began before the deletion must not be
   * cached.
   */
  wasDeletedSince(generation: number, key: VariantKey): boolean
}

/** Notifications of links that were removed or replaced by any client of the database, including an operator's SQL. */
export type LinkChanges = {
  /**
   * Calls `onChange` with the key of each such link, and `onGap` if notifications may have been missed (a connection
   * was lost).
   */
  subscribe(onChange: (key: VariantKey) => void, onGap: () => void): Promise<AsyncDisposable>
}
