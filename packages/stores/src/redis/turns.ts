import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import type { Turn, Turns } from '@iaas/common/ports/turns'
import { entryName } from './spool-entry.ts'
import { translateErrors } from './translate-errors.ts'
import { claimScript, claimed, endScript, prolongScript, turnName } from './turn-scripts.ts'

export type RedisTurnsOptions = {
  /** A connection of the role `producer`. */
  readonly redis: Redis
  /** That of the spool. */
  readonly prefix: string
  /** How long a turn outlives its process, ms. */
  readonly lifeMs: number
}

/** Turns for all processes that share a Redis, and a spool in it: one round trip asks for both. */
export function createRedisTurns({ redis, prefix, lifeMs }: RedisTurnsOptions): Turns {
  function hold(name: string, holder: string, isFollowUp: boolean): Turn {
    const prolong = () => void redis.eval(prolongScript, 1, name, holder, lifeMs).catch(() => {})
    const timer = setInterval(prolong, lifeMs / 3).unref()
    return {
      isFollowUp,
      async end(isSpooled) {
        clearInterval(timer)
        // What lies in the spool is answered first; the end of that is told by its drop.
        if (isSpooled) return
        // What cannot be ended now ends by its age.
        await redis.eval(endScript, 1, name, holder).catch(() => {})
      },
    }
  }

  return {
    async claim(digest) {
      const [name, holder] = [turnName(prefix, digest), randomUUID()]
      const keys = [entryName(prefix, digest), name] as const
      const answer: unknown = await translateErrors(
        redis.eval(claimScript, 2, ...keys, holder, lifeMs),
      )
      if (answer === claimed.taken) return { kind: 'taken' }
      if (answer === claimed.spooled) return { kind: 'spooled' }
      return { kind: 'turn', turn: hold(name, holder, answer !== claimed.first) }
    },
  }
}
