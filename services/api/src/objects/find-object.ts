import { type ObjectKey, digestOf } from '@iaas/common/digest'
import { AppError, isAppError } from '@iaas/common/errors'
import type { ImageId, Variant } from '@iaas/common/image'
import { type NamedKey, readCodedKey, variantOfKey } from '@iaas/common/object-keys'
import type { KnownObject, ObjectLedger } from '@iaas/common/ports/object-ledger'
import { LRUCache } from 'lru-cache'

export type FindObjectOptions = {
  readonly ledger: ObjectLedger
  /** Secret of the codes in keys; undefined: only keys of links are answered. */
  readonly secret: string | undefined
  /**
   * Answers only keys that a link leads to: addresses are signed or restricted, and a key must not reach a variant that no
   * address reaches.
   */
  readonly isOnlyLinked: boolean
}

/** Image of an object. */
export type FoundObject = {
  readonly id: ImageId
  /** undefined: the key reaches no variant, but the image may be gone. */
  readonly variant: Variant | undefined
  /** A link leads to the object. */
  readonly isLinked: boolean
}

/**
 * Finds the variant of an object by its key. A key counts if a link leads to it, or if it has a code of this service. The
 * lookup is the same for both, so a forged key costs as much as any other.
 *
 * @throws AppError ORIGINAL_NOT_FOUND, STORE_UNAVAILABLE
 */
export type FindObject = (key: ObjectKey) => Promise<FoundObject>

const maxRemembered = 10_000

export function createFindObject(options: FindObjectOptions): FindObject {
  const { ledger, secret, isOnlyLinked } = options
  // An id never changes its digest, so that nothing here becomes stale.
  const remembered = new LRUCache<string, ImageId>({ max: maxRemembered })

  /** Finds images that were found before, also without the database. */
  async function lookUp(key: ObjectKey, image: string | undefined) {
    try {
      return await ledger.find(key)
    } catch (error) {
      const id = image === undefined ? undefined : remembered.get(image)
      if (id === undefined || !isAppError(error, 'STORE_UNAVAILABLE', 'STORE_BUSY')) throw error
      return { id, variant: undefined }
    }
  }

  function choose(known: KnownObject, coded: NamedKey | undefined): FoundObject | undefined {
    const { id, variant } = known
    if (variant !== undefined) return { id, variant, isLinked: true }
    if (coded === undefined || coded.image !== digestOf(id)) return undefined
    remembered.set(coded.image, id)
    return { id, variant: isOnlyLinked ? undefined : variantOfKey(coded, id), isLinked: false }
  }

  return async function findObject(key) {
    const coded = secret === undefined ? undefined : readCodedKey(key, secret)
    const known = await lookUp(key, coded?.image)
    const found = known && choose(known, coded)
    if (found === undefined) throw objectNotFound()
    return found
  }
}

export function objectNotFound(): AppError {
  return new AppError('ORIGINAL_NOT_FOUND', 'There is no stored image at this address.')
}
