import { LRUCache } from 'lru-cache'
import type { VariantKey } from '../image/index.ts'
import type { Link, LinkCache } from '../ports/link-store.ts'

export type MemoryLinkCacheOptions = {
  readonly maxItems: number
  /** How long a link is believed without asking again, ms. */
  readonly ttlMs: number
}

/** The links that this process has asked for lately. */
export function createMemoryLinkCache({ maxItems, ttlMs }: MemoryLinkCacheOptions): LinkCache {
  const links = new LRUCache<VariantKey, Link>({ max: maxItems, ttl: ttlMs })
  return {
    get: (key) => Promise.resolve(links.get(key)),
    set(key, link) {
      links.set(key, link)
      return Promise.resolve()
    },
    delete(key) {
      links.delete(key)
      return Promise.resolve()
    },
  }
}
