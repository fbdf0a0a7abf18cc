import type { Digest } from '@iaas/common/digest'

/*
 * A lease is a key whose value is its holder, so that a holder whose lease has expired cannot touch the lease of the next
 * holder. After the release of a lease, and after the rendition has left the spool, the key holds a marker for a while.
 */

/** Returns the key of the lease on a variant. */
export function leaseName(prefix: string, digest: Digest): string {
  return `${prefix}:turn:${digest}`
}

/** Marker that replaces the holder after the release. */
export const ended = 'ended'

/** TTL of the marker, ms: longer than any request takes from looking up the link to claiming the lease. */
export const historyMs = 30_000

/** Results of the claim script. */
export const claimed = { taken: 0, first: 1, followUp: 2, spooled: 3 } as const

/** KEYS: entry of the spool, lease. ARGV: holder, TTL (ms). Returns one of `claimed`. */
export const claimScript = `
if redis.call('EXISTS', KEYS[1]) == 1 then return ${claimed.spooled} end
local holder = redis.call('GET', KEYS[2])
if holder and holder ~= '${ended}' then return ${claimed.taken} end
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
if holder then return ${claimed.followUp} end
return ${claimed.first}`

/** KEYS: lease. ARGV: holder, TTL (ms). */
export const prolongScript = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`

/** KEYS: lease. ARGV: holder. */
export const endScript = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], '${ended}', 'PX', ${historyMs})
return 1`
