import type { VariantKey } from '@iaas/common/image'
import type { Link, LinkCache } from '@iaas/common/ports/link-store'

export function createFakeLinkCache({ ttlMs = Infinity } = {}): LinkCache {
  const links = new Map<VariantKey, { readonly link: Link; readonly until: number }>()
  return {
    async get(key) {
      const entry = links.get(key)
      return entry !== undefined && Date.now() < entry.until ? entry.link : undefined
    },
    async set(key, link) {
      links.set(key, { link, until: Date.now() + ttlMs })
    },
    async delete(key) {
      links.delete(key)
    },
  }
}
