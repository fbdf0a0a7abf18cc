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
  // By itself it would remember the time for a millisecond, and set a timer for each of them: that costs more than a look.
  const links = new LRUCache<VariantKey, Link>({ max: maxItems, ttl: ttlMs, ttlResolution: 0 })
  return {
    get: (key) => links.get(key),
    set: (key, link) => void links.set(key, link),
    delete: (key) => void links.delete(key),
  }
}
