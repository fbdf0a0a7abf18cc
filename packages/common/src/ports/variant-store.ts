import type { Readable } from 'node:stream'
import type { ObjectKey } from '../digest.ts'
import type { Cdn } from './cdn.ts'

/** A stored object that is being read. */
export type StoredObject = {
  /** Bytes. */
  readonly size: number
  /** Its first bytes have arrived. Fails where the rest does not. The reader destroys it, also if nothing is read. */
  readonly body: Readable
}

/**
 * Where stored variants lie, and where clients find them. What asks the store rejects with AppError STORE_UNAVAILABLE where it
 * does not answer in time, or refuses, with its reason in the message.
 */
export type VariantStore = Cdn & {
  /** Idempotent: the same key twice is one object. Resolves once the object can be read. */
  put(key: ObjectKey, bytes: Uint8Array, mime: string): Promise<void>
  /** Begins to read an object, of which no more than a piece lies in memory. undefined: no such object. */
  open(key: ObjectKey): Promise<StoredObject | undefined>
  has(key: ObjectKey): Promise<boolean>
  /** Does nothing where there is no such object. */
  delete(key: ObjectKey): Promise<void>
  /** Resolves where the store answers and may be used. @throws AppError STORE_UNAVAILABLE */
  ping(): Promise<void>
}
