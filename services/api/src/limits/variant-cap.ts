import type { ImageId } from '@iaas/common/image'
import type { LinkStore } from '@iaas/common/ports/link-store'
import { LRUCache } from 'lru-cache'

/** Bounds the stored variants per original, so that nobody fills the bucket by inventing sizes. */
export type VariantCap = {
  /** Takes a place for one more variant if there is room. Never rejects: if counting fails, there is room. */
  take(id: ImageId): Promise<boolean>
}

export type VariantCapOptions = {
  readonly links: Pick<LinkStore, 'count'>
  /** Most stored variants; 0: unlimited, and nothing is counted. */
  readonly perOriginal: number
  /** TTL of a count, ms. */
  readonly countTtlMs: number
}

/** Links counted, and variants admitted since, whose links are recorded later. */
type Room = { readonly stored: Promise<number>; taken: number }

const originalsInMind = 10_000

/** Counts an original once per `countTtlMs`. Processes count separately, so together they may admit a few more. */
export function createVariantCap({
  links,
  perOriginal,
  countTtlMs,
}: VariantCapOptions): VariantCap {
  if (perOriginal === 0) return { take: () => Promise.resolve(true) }
  const rooms = new LRUCache<ImageId, Room>({ max: originalsInMind, ttl: countTtlMs })

  function roomOf(id: ImageId): Room {
    const known = rooms.get(id)
    if (known !== undefined) return known
    const stored = links.count(id, perOriginal)
    stored.catch(() => rooms.delete(id))
    const room = { stored, taken: 0 }
    rooms.set(id, room)
    return room
  }

  return {
    async take(id) {
      const room = roomOf(id)
      const stored = await room.stored.catch(() => 0)
      if (stored + room.taken >= perOriginal) return false
      room.taken += 1
      return true
    },
  }
}
