import type { Readable } from 'node:stream'
import type { CacheTag } from '../cache-tag.ts'
import type { ObjectKey } from '../digest.ts'

/** A stored object while it is read. */
export type StoredObject = {
  /** Bytes. */
  readonly size: number
  /**
   * Stream whose first bytes have arrived. Fails if the rest does not arrive. The reader destroys it, even if it reads
   * nothing.
   */
  readonly body: Readable
}

/** An object of a listing. */
export type ListedObject = {
  /** Any key, also one of a form that this service does not make. */
  readonly key: string
  readonly bytes: number
  /** Time of the last write by the clock of the store. */
  readonly modifiedAt: Date
}

/** Part of a listing. */
export type ListedObjects = {
  /** Objects in the order of their keys, by bytes. May be empty although more follow. */
  readonly objects: readonly ListedObject[]
  /** `after` of the next part; undefined: this is the last one. */
  readonly next: string | undefined
}

export type ListOptions = {
  /** Only objects whose keys come after this text, by bytes. There need not be such an object. */
  readonly after?: string | undefined
  /** Most objects of one part, at most 1,000, which is the default. */
  readonly limit?: number
}

/**
 * Longest time between the begin of a put and its end in the store, ms. Clients of S3 end both attempts after 11 s each; a
 * server that has received an object may take as long again to show it.
 */
export const longestPutMs = 30_000

/** Most objects of one part of a listing. S3 returns no more. */
export const mostListed = 1000

/** Most objects of one call of `deleteMany`. S3 deletes no more at once. */
export const mostDeleted = 1000

/**
 * Store of the rendered variants. Every call rejects with AppError STORE_UNAVAILABLE, with the reason in the message, if
 * the store refuses or does not answer in time.
 */
export type VariantStore = {
  /**
   * Stores an object. Idempotent per key. Resolves once the object can be read.
   *
   * @param tag kept with the object where a CDN reads it
   */
  put(key: ObjectKey, bytes: Uint8Array, mime: string, tag?: CacheTag): Promise<void>
  /**
   * Opens an object for streaming; only a chunk of it is in memory at a time. Returns undefined if there is no such
   * object.
   */
  open(key: ObjectKey): Promise<StoredObject | undefined>
  /** Returns true if there is such an object. An empty object counts as missing, because no rendition is empty. */
  has(key: ObjectKey): Promise<boolean>
  /** Deletes an object; does nothing if there is none. */
  delete(key: ObjectKey): Promise<void>
  /**
   * Deletes at most `mostDeleted` objects. Resolves to the errors of those that may still be there; each is as a rejection
   * of `delete`. Never rejects.
   */
  deleteMany(keys: readonly ObjectKey[]): Promise<ReadonlyMap<ObjectKey, Error>>
  /**
   * Lists the objects whose keys begin with a text. An object that is stored or deleted meanwhile may be listed or not;
   * all others are.
   */
  list(prefix: string, options?: ListOptions): Promise<ListedObjects>
  /** Resolves if the store answers and accepts the credentials. @throws AppError STORE_UNAVAILABLE */
  ping(): Promise<void>
}
