import { Redis } from 'ioredis'
import type { Logger } from '@iaas/common/log'

/**
 * What a connection is for. `cache`: an answer waits for it, so it fails fast. `producer`: nothing waits, but nothing
 * pends. `queue`: a command that is late has not failed, since it would be sent again and done twice. `worker`: it waits
 * for Redis, for as long as that takes.
 */
export type RedisRole = 'cache' | 'producer' | 'queue' | 'worker'

/** Callers of the role `cache` have a shorter limit of their own, which a busy process does not mistake for a hung Redis. */
const commandTimeoutMs = { cache: 1000, producer: 1000, queue: 10_000 } as const

/**
 * How long a command may go unanswered before its connection counts as dead, ms. What a hung Redis is sent piles up in
 * memory until then. A worker's blocking command is answered after ten seconds at the latest.
 */
const silenceMs = { cache: 500, producer: 2000, queue: 10_000, worker: 25_000 } as const

const firstRetryMs = 50
const longestRetryMs = 2000

export type CreateRedisOptions = {
  readonly url: string
  readonly role: RedisRole
  readonly log: Logger
  /** Once aborted, a connection that is lost (or never was) is not tried again, nor are its duplicates. */
  readonly signal?: AbortSignal
}

/**
 * A connection that the caller ends with `disconnect()`. A Redis that is down or hung does not keep anything from
 * starting; the connection is tried for ever, with growing pauses.
 */
export function createRedis({ url, role, log, signal }: CreateRedisOptions): Redis {
  const redis = new Redis(url, {
    ...optionsFor(role),
    connectTimeout: 2000,
    keepAlive: 10_000,
    socketTimeout: silenceMs[role],
    // A server that has become a replica in place: its name may lead to the new primary by now.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
    retryStrategy: (times: number) => (signal?.aborted ? null : pauseBefore(times)),
  })
  redis.on('error', (error) => log.debug('redis connection lost', { role, error }))
  return redis
}

function optionsFor(role: RedisRole) {
  if (role === 'worker') return { maxRetriesPerRequest: null }
  return {
    commandTimeout: commandTimeoutMs[role],
    enableOfflineQueue: false,
    // What was on its way when the connection was lost has failed; its caller decides what then.
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
  }
}

/** The later half of each pause is drawn by lot, so that many processes do not come back at once. */
function pauseBefore(times: number): number {
  const longest = Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(times, 10))
  return longest * (0.5 + Math.random() / 2)
}
