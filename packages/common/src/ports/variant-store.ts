import type { Readable } from 'node:stream'
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

/**
 * Store of the rendered variants. Every call rejects with AppError STORE_UNAVAILABLE, with the reason in the message, if
 * the store refuses or does not answer in time.
 */
export type VariantStore = {
  /** Stores an object. Idempotent per key. Resolves once the object can be read. */
  put(key: ObjectKey, bytes: Uint8Array, mime: string): Promise<void>
  /**
   * Opens an object for streaming; only a chunk of it is in memory at a time. Returns undefined if there is no such
   * object.
   */
  open(key: ObjectKey): Promise<StoredObject | undefined>
  /** Returns true if there is such an object. An empty object counts as missing, because no rendition is empty. */
  has(key: ObjectKey): Promise<boolean>
  /** Deletes an object; does nothing if there is none. */
  delete(key: ObjectKey): Promise<void>
  /** Resolves if the store answers and accepts the credentials. @throws AppError STORE_UNAVAILABLE */
  ping(): Promise<void>
}
