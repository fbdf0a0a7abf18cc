import type { Redis } from 'ioredis'
import type { Logger } from '@iaas/common/log'
import { PatientRedis, limitSilence } from './patient-redis.ts'

/**
 * Role of a connection. `cache`: fails fast, because an answer waits for it. `producer`: may be slower, but commands do
 * not wait for a connection. `queue`: a late command has not failed; failing it would send it, and apply it, twice.
 * `worker`: waits for Redis indefinitely.
 */
export type RedisRole = 'cache' | 'producer' | 'queue' | 'worker'

/**
 * Timeouts by role, ms. Callers of the role `cache` have a shorter one of their own, which does not mistake a busy
 * process for a hung Redis.
 */
const commandTimeoutMs = { cache: 1000, producer: 1000, queue: 10_000 } as const

/**
 * Time without an answer after which a connection counts as dead, ms. Commands sent to a hung Redis pile up in memory
 * until then. A worker's blocking command is answered after at most ten seconds.
 */
const silenceMs = { cache: 500, producer: 2000, queue: 10_000, worker: 25_000 } as const

const firstRetryMs = 50
const longestRetryMs = 2000

export type CreateRedisOptions = {
  readonly url: string
  readonly role: RedisRole
  readonly log: Logger
  /** Once aborted, lost connections are not reopened, nor are their duplicates. */
  readonly signal?: AbortSignal
}

/**
 * Creates a connection that the caller closes with `disconnect()`. A Redis that is down or hung does not block the
 * start: the connection is retried for ever, with growing backoff.
 */
export function createRedis({ url, role, log, signal }: CreateRedisOptions): Redis {
  const redis = new PatientRedis(url, {
    ...optionsFor(role),
    connectTimeout: 2000,
    keepAlive: 10_000,
    socketTimeout: silenceMs[role],
    // The server has become a replica; its name may now resolve to the new primary.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
    retryStrategy: (times: number) => (signal?.aborted ? null : pauseBefore(times)),
  })
  limitSilence(redis, silenceMs[role])
  redis.on('error', (error) => log.debug('redis connection lost', { role, error }))
  return redis
}

function optionsFor(role: RedisRole) {
  if (role === 'worker') return { maxRetriesPerRequest: null }
  return {
    commandTimeout: commandTimeoutMs[role],
    enableOfflineQueue: false,
    // Commands in flight when the connection was lost fail, and their callers decide whether to retry.
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
  }
}

/** Returns the backoff, ms. The second half of it is random, so that many processes do not reconnect at once. */
function pauseBefore(times: number): number {
  const longest = Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(times, 10))
  return longest * (0.5 + Math.random() / 2)
}
