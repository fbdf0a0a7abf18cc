import type { Digest } from '@iaas/common/digest'

/*
 * A turn is a key that holds its holder: whose turn has ended by its age must not touch that of the next. After its end,
 * and after the rendition has left the spool, the key tells of it for a while.
 */

/** The key of the turn at a rendition. */
export function turnName(prefix: string, digest: Digest): string {
  return `${prefix}:turn:${digest}`
}

/** What stands in the place of a holder afterwards. */
export const ended = 'ended'

/** How long it stands there, ms: longer than any request takes from its lookup of the link to its turn. */
export const historyMs = 30_000

/** Answers of the claim script. */
export const claimed = { taken: 0, first: 1, followUp: 2, spooled: 3 } as const

/** KEYS: entry of the spool, turn. ARGV: holder, life (ms). Answers one of `claimed`. */
export const claimScript = `
if redis.call('EXISTS', KEYS[1]) == 1 then return ${claimed.spooled} end
local holder = redis.call('GET', KEYS[2])
if holder and holder ~= '${ended}' then return ${claimed.taken} end
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
if holder then return ${claimed.followUp} end
return ${claimed.first}`

/** KEYS: turn. ARGV: holder, life (ms). */
export const prolongScript = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`

/** KEYS: turn. ARGV: holder. */
export const endScript = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], '${ended}', 'PX', ${historyMs})
return 1`
