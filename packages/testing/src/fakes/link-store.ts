import { type VariantKey, variantKey } from '@iaas/common/image'
import type { Link, LinkStore } from '@iaas/common/ports/link-store'

/** Links in memory. */
export function createFakeLinkStore(): LinkStore {
  const rows = new Map<VariantKey, { readonly link: Link; readonly renderedAt: number }>()
  return {
    find: (variant) => Promise.resolve(rows.get(variantKey(variant))?.link),
    async record(variant, link, renderedAt) {
      const known = rows.get(variantKey(variant))
      if (known !== undefined && known.renderedAt >= renderedAt) return
      rows.set(variantKey(variant), { link, renderedAt })
    },
    async remove(variant, link) {
      const key = variantKey(variant)
      if (rows.get(key)?.link.url === link.url) rows.delete(key)
    },
  }
}
