import type { Digest } from '@iaas/common/digest'
import type { Turns } from '@iaas/common/ports/turns'

/** Turns in memory; `held` is what is being worked on. */
export function createFakeTurns(held = new Set<Digest>()): Turns {
  return {
    async tryTake(work) {
      if (held.has(work)) return undefined
      held.add(work)
      let isOver = false
      return {
        async end() {
          if (!isOver) held.delete(work)
          isOver = true
        },
      }
    },
  }
}
