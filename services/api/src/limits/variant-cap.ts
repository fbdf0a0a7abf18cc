import type { ImageId } from '@iaas/common/image'
import type { LinkStore } from '@iaas/common/ports/link-store'
import { LRUCache } from 'lru-cache'

/** How many variants of an original are stored, so that whoever thinks up sizes fills no bucket with them. */
export type VariantCap = {
  /** Whether there is room for one more, which is then taken. Never rejects: while nobody can count, there is room. */
  take(id: ImageId): Promise<boolean>
}

export type VariantCapOptions = {
  readonly links: Pick<LinkStore, 'count'>
  /** 0: any number, and nothing is counted. */
  readonly perOriginal: number
  /** How long a count is believed, ms. */
  readonly countTtlMs: number
}

/** What was counted, and what has been let through since: its link is recorded some time later. */
type Room = { readonly stored: Promise<number>; taken: number }

const originalsInMind = 10_000

/** One count of an original in `countTtlMs`. Processes count for themselves: together they may let a few more through. */
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
