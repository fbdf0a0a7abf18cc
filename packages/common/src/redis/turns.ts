import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import type { Turn, Turns } from '../ports/turns.ts'
import { translateErrors } from './translate-errors.ts'

export type RedisTurnsOptions = {
  readonly redis: Redis
  readonly prefix: string
  /** How long a turn outlives its process, ms. */
  readonly lifeMs: number
}

/** A turn is a key that holds its holder: whose turn has ended by its age must not touch that of the next. */
const prolongScript = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`
const endScript = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`

/** Turns for all processes that share a Redis. */
export function createRedisTurns({ redis, prefix, lifeMs }: RedisTurnsOptions): Turns {
  function hold(name: string, holder: string): Turn {
    const prolong = () => void redis.eval(prolongScript, 1, name, holder, lifeMs).catch(() => {})
    const timer = setInterval(prolong, lifeMs / 3).unref()
    return {
      async end() {
        clearInterval(timer)
        // What cannot be ended now ends by its age.
        await redis.eval(endScript, 1, name, holder).catch(() => {})
      },
    }
  }

  return {
    async tryTake(work) {
      const [name, holder] = [`${prefix}:turn:${work}`, randomUUID()]
      const taken = await translateErrors(redis.set(name, holder, 'PX', lifeMs, 'NX'))
      return taken === null ? undefined : hold(name, holder)
    },
  }
}
