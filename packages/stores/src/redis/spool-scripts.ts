import { ended, historyMs } from './lease-scripts.ts'

/*
 * A ledger in Redis keeps the bounds of the spool, so that they hold for all processes together: a sorted set of
 * digests by expiry, a hash of their sizes, and the sum of the sizes. Each script is atomic, so a process that dies
 * cannot corrupt the ledger. Entries expire by themselves; later puts remove them from the ledger. The clock is that of
 * Redis. All three keys are deleted once the spool is empty, so no error can persist.
 */
const forget = `
local function forget(digest)
  local size = redis.call('HGET', KEYS[2], digest)
  if size then
    redis.call('HDEL', KEYS[2], digest)
    redis.call('DECRBY', KEYS[3], size)
  end
  redis.call('ZREM', KEYS[1], digest)
end
`

/**
 * KEYS: expiries, sizes, total, entry. ARGV: digest, entry, its size (bytes), its TTL (ms), maximum bytes, maximum
 * items. Returns 1, or 0 if there is no room.
 */
export const putScript = `${forget}
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for _, digest in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, 100)) do forget(digest) end
local items = redis.call('ZCARD', KEYS[1])
if items == 0 then redis.call('DEL', KEYS[2], KEYS[3]) end
local total = tonumber(redis.call('GET', KEYS[3]) or '0')
local old = redis.call('HGET', KEYS[2], ARGV[1])
if old then
  items = items - 1
  total = total - old
end
if items + 1 > tonumber(ARGV[6]) or total + ARGV[3] > tonumber(ARGV[5]) then return 0 end
redis.call('SET', KEYS[4], ARGV[2], 'PX', ARGV[4])
redis.call('ZADD', KEYS[1], now + ARGV[4], ARGV[1])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[3])
redis.call('SET', KEYS[3], string.format('%.0f', total + ARGV[3]))
return 1`

/** KEYS: expiries, sizes, total, the entries, the leases on them. ARGV: their digests. */
export const dropScript = `${forget}
for index, digest in ipairs(ARGV) do
  redis.call('DEL', KEYS[3 + index])
  redis.call('SET', KEYS[3 + #ARGV + index], '${ended}', 'PX', ${historyMs})
  forget(digest)
end
return 1`
