import { type ImageId, type VariantKey, variantKey } from '@iaas/common/image'
import type { Link, LinkStore } from '@iaas/common/ports/link-store'

/** Links in memory. */
export function createFakeLinkStore(): LinkStore {
  type Row = { readonly id: ImageId; readonly link: Link; readonly renderedAt: number }
  const rows = new Map<VariantKey, Row>()
  return {
    find: (variant) => Promise.resolve(rows.get(variantKey(variant))?.link),
    async record(variant, link, renderedAt) {
      const known = rows.get(variantKey(variant))
      if (known !== undefined && known.renderedAt >= renderedAt) return
      rows.set(variantKey(variant), { id: variant.id, link, renderedAt })
    },
    async remove(variant, link) {
      const key = variantKey(variant)
      if (rows.get(key)?.link.url === link.url) rows.delete(key)
    },
    async count(id, limit) {
      const ofOriginal = [...rows.values()].filter((row) => row.id === id)
      return Math.min(limit, ofOriginal.length)
    },
  }
}
