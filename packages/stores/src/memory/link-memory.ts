import { LRUCache } from 'lru-cache'
import { type ImageId, type VariantKey, idOfKey } from '@iaas/common/image'
import type { LinkMemory, RememberedLink } from '@iaas/common/ports/link-store'

export type LinkMemoryOptions = {
  readonly maxItems: number
  /** TTL of a link, ms. */
  readonly ttlMs: number
}

type Remembered = { -readonly [Field in keyof RememberedLink]: RememberedLink[Field] }

/** Maximum number of deletions remembered by key, and by original. Older ones count as deletions of every key. */
const maxDeletions = 10_000

/** Creates an LRU cache of the links that this process has looked up. */
export function createLinkMemory({ maxItems, ttlMs }: LinkMemoryOptions): LinkMemory {
  let generation = 0
  let forgottenUntil = 0
  const deletions = new LRUCache<VariantKey | ImageId, number>({
    max: maxDeletions,
    dispose(deletedAt, _key, reason) {
      if (reason === 'evict') forgottenUntil = Math.max(forgottenUntil, deletedAt)
    },
  })
  const links = new LRUCache<VariantKey, Remembered>({
    max: maxItems,
    dispose: (remembered) => void (remembered.expiresAt = 0),
  })

  function deleteAll(): void {
    links.clear()
    generation += 1
    forgottenUntil = generation
  }

  /** Walks through all links, since an index by original would cost each of them more memory than its key. */
  function deleteOf(originals: ReadonlySet<ImageId>): void {
    for (const key of links.keys()) if (originals.has(idOfKey(key))) links.delete(key)
    generation += 1
    for (const id of originals) deletions.set(id, generation)
  }

  const deletedAt = (name: VariantKey | ImageId) => deletions.peek(name) ?? 0

  function recall(key: VariantKey): RememberedLink | undefined {
    const remembered = links.get(key)
    if (remembered === undefined || performance.now() < remembered.expiresAt) return remembered
    links.delete(key)
    return undefined
  }

  return {
    get: (key) => recall(key)?.link,
    recall,
    // Whole milliseconds are small integers, which take half the memory.
    set: (key, link) =>
      void links.set(key, { link, expiresAt: Math.ceil(performance.now() + ttlMs) }),
    delete(key) {
      links.delete(key)
      generation += 1
      deletions.set(key, generation)
    },
    get generation() {
      return generation
    },
    deleteOf: (originals) => (originals === 'all' ? deleteAll() : deleteOf(originals)),
    wasDeletedSince: (since, key) =>
      generation > since &&
      (forgottenUntil > since || deletedAt(key) > since || deletedAt(idOfKey(key)) > since),
  }
}
