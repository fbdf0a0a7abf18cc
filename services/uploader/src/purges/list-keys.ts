import type { ObjectKey } from '@iaas/common/digest'
import type { VariantStore } from '@iaas/common/ports/variant-store'

/** Lists the part of a place in which these keys would be. */
export type ListKeys = (
  place: string,
  expected: readonly ObjectKey[],
) => Promise<ReadonlySet<string>>

export function createListKeys(variants: Pick<VariantStore, 'list'>): ListKeys {
  return async function listKeys(place, expected) {
    const keys = expected.toSorted()
    const last = keys.at(-1) ?? ''
    const found = new Set<string>()
    // A beginning of the first key comes right before it, so that it is listed.
    let after = keys[0]?.slice(0, -1)
    while (after !== undefined && after < last) {
      const { objects, next } = await variants.list(place, { after })
      for (const { key } of objects) found.add(key)
      after = next
    }
    return found
  }
}
