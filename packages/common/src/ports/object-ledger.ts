import type { ObjectKey } from '../digest.ts'
import type { ImageId, Variant } from '../image/index.ts'

/** Image and variant of an object, as the ledger of links knows them. */
export type KnownObject = {
  readonly id: ImageId
  /** Variant of the link that leads to the object; undefined: no link leads there. */
  readonly variant: Variant | undefined
}

/** Finds the image of an object. Rejects with AppError STORE_UNAVAILABLE if the database does not answer in time. */
export type ObjectLedger = {
  /**
   * Returns the image whose link leads to the object; otherwise the image whose id has the SHA-256 in the key. Returns undefined
   * if neither is known.
   */
  find(key: ObjectKey): Promise<KnownObject | undefined>
}
