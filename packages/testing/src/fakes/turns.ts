import type { Digest } from '@iaas/common/digest'
import type { Spooled } from '@iaas/common/ports/spool'
import type { Turns } from '@iaas/common/ports/turns'

export type FakeTurnsOptions = {
  /** What is being made. */
  readonly held?: Set<Digest>
  /** What lies in the spool. */
  readonly entries?: ReadonlyMap<Digest, Spooled>
}

/** Turns in memory. */
export function createFakeTurns(options: FakeTurnsOptions = {}): Turns {
  const { held = new Set(), entries = new Map() } = options
  const history = new Set<Digest>()
  return {
    async claim(digest) {
      if (entries.has(digest)) return { kind: 'spooled' }
      if (held.has(digest)) return { kind: 'taken' }
      held.add(digest)
      let isOver = false
      const turn = {
        isFollowUp: history.has(digest),
        async end() {
          if (!isOver) held.delete(digest)
          isOver = true
          history.add(digest)
        },
      }
      return { kind: 'turn', turn }
    },
  }
}
