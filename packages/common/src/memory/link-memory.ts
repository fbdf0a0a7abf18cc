import { LRUCache } from 'lru-cache'
import type { VariantKey } from '../image/index.ts'
import type { Link, LinkMemory } from '../ports/link-store.ts'

export type LinkMemoryOptions = {
  readonly maxItems: number
  /** How long a link is believed without asking again, ms. */
  readonly ttlMs: number
}

/** The links that this process has asked for lately. */
export function createLinkMemory({ maxItems, ttlMs }: LinkMemoryOptions): LinkMemory {
  const links = new LRUCache<VariantKey, Link>({ max: maxItems, ttl: ttlMs })
  return {
    get: (key) => links.get(key),
    set: (key, link) => void links.set(key, link),
    delete: (key) => void links.delete(key),
  }
}
