import { type ImageId, type VariantKey, variantKey } from '@iaas/common/image'
import type { Link, LinkStore } from '@iaas/common/ports/link-store'

export type FakeLinkStore = LinkStore & {
  /** Number of links. */
  readonly size: number
  /** Removes all links, like a DELETE by an operator. */
  clear(): void
  /** Makes every following call reject; undefined: none. */
  failWith(error: Error | undefined): void
}

/** Creates a link store in memory. */
export function createFakeLinkStore(): FakeLinkStore {
  type Row = { readonly id: ImageId; readonly link: Link; readonly renderedAt: number }
  const rows = new Map<VariantKey, Row>()
  let failure: Error | undefined
  const failIfToldTo = () => {
    if (failure !== undefined) throw failure
  }
  return {
    get size() {
      return rows.size
    },
    clear: () => rows.clear(),
    failWith(error) {
      failure = error
    },
    async find(variant) {
      failIfToldTo()
      return rows.get(variantKey(variant))?.link
    },
    async record(variant, link, renderedAt) {
      failIfToldTo()
      const known = rows.get(variantKey(variant))
      if (known === undefined || known.renderedAt < renderedAt) {
        rows.set(variantKey(variant), { id: variant.id, link, renderedAt })
      }
      return 'recorded'
    },
    async remove(variant, link) {
      failIfToldTo()
      const key = variantKey(variant)
      const known = rows.get(key)?.link
      if (known?.key === link.key && known?.address === link.address) rows.delete(key)
    },
    async count(id, limit) {
      failIfToldTo()
      const ofOriginal = [...rows.values()].filter((row) => row.id === id)
      return Math.min(limit, ofOriginal.length)
    },
  }
}
