import type { Spool } from '@iaas/common/ports/spool'

/** A moment before a lookup; undefined: what the lookup finds may change without this process. */
export type Mark = number | undefined

/** Tells whether a rendition may have been stored or spooled since a lookup, so that it must be looked up again. */
export type StoredWatch = {
  mark(): Mark
  /** Returns true if no rendition has been stored or spooled since, and none was in the spool. */
  isUnchangedSince(mark: Mark): boolean
  /** Notes that a rendition was stored or, if `isSpooled`, waits in the spool. */
  note(isSpooled: boolean): void
}

/** Watches nothing: other processes store renditions as well. */
export const blindWatch: StoredWatch = {
  mark: () => undefined,
  isUnchangedSince: () => false,
  note() {},
}

/** Interval between two looks into a spool that held something, ms. */
const lookEveryMs = 5000

/**
 * Watches what this process stores, for a process that stores alone. The spool counts as filled until it was seen
 * empty, because an earlier process may have left something there.
 */
export function createStoredWatch(spool: Pick<Spool, 'usage'>): StoredWatch {
  let notes = 0
  let isFilled = true
  let lookedAt = Number.NEGATIVE_INFINITY

  async function look(): Promise<void> {
    const notesBefore = notes
    const { items } = await spool.usage()
    if (items === 0 && notes === notesBefore) isFilled = false
  }

  function lookAgain(): void {
    const now = performance.now()
    if (now - lookedAt < lookEveryMs) return
    lookedAt = now
    look().catch(() => {})
  }

  return {
    mark() {
      if (!isFilled) return notes
      lookAgain()
      return undefined
    },
    isUnchangedSince: (mark) => mark === notes,
    note(isSpooled) {
      notes += 1
      if (isSpooled) isFilled = true
    },
  }
}
