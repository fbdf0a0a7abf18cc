import type { ObjectKey } from '@iaas/common/digest'
import type { StoredObject, VariantStore } from '@iaas/common/ports/variant-store'
import type { Places } from './places.ts'

/**
 * Opens a stored object for a client. Returns undefined if there is none.
 *
 * @throws AppError RENDERER_BUSY, STORE_UNAVAILABLE
 */
export type OpenStored = (key: ObjectKey, client: string) => Promise<StoredObject | undefined>

/** Opens no more objects at once than there are places. */
export function createOpenStored(variants: Pick<VariantStore, 'open'>, places: Places): OpenStored {
  return async function openStored(key, client) {
    const place = places.enter(client)
    try {
      const object = await variants.open(key)
      if (object === undefined) {
        place.leave()
        return undefined
      }
      const { body } = object
      body.once('close', () => place.leave())
      place.begin((reason) => void body.destroy(reason))
      return object
    } catch (error) {
      place.leave()
      throw error
    }
  }
}
