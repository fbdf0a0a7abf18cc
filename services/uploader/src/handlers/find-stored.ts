import type { ObjectKey } from '@iaas/common/digest'
import type { VariantStore } from '@iaas/common/ports/variant-store'

/** Returns the first of these keys that has an object. */
export async function findStored(
  keys: readonly ObjectKey[],
  variants: Pick<VariantStore, 'has'>,
): Promise<ObjectKey | undefined> {
  for (const key of keys) {
    if (await variants.has(key)) return key
  }
  return undefined
}
