import type { VariantKey } from '@iaas/common/image'
import type { Link, LinkCache } from '@iaas/common/ports/link-store'

/** Longer than any test takes, ms. */
const deletionMs = 60_000

export function createFakeLinkCache({ ttlMs = Infinity } = {}): LinkCache {
  const links = new Map<VariantKey, { readonly link: Link | undefined; readonly until: number }>()
  const entryOf = (key: VariantKey) => {
    const entry = links.get(key)
    return entry !== undefined && Date.now() < entry.until ? entry : undefined
  }
  return {
    async get(key) {
      return entryOf(key)?.link
    },
    async set(key, link) {
      const entry = entryOf(key)
      const isDeleted = entry !== undefined && entry.link === undefined
      if (!isDeleted) links.set(key, { link, until: Date.now() + ttlMs })
    },
    async delete(key) {
      links.set(key, { link: undefined, until: Date.now() + deletionMs })
    },
  }
}
