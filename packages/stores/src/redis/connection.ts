import { type Cluster, Redis } from 'ioredis'
import type { Logger } from '@iaas/common/log'
import { createPatientCluster } from './patient-cluster.ts'
import { makePatient } from './patient-redis.ts'
import type { ClusteredRedis, RedisLogin, RedisServers, WatchedRedis } from './servers.ts'

/**
 * Role of a connection. `cache`: fails fast, because an answer waits for it. `producer`: may be slower, but commands do
 * not wait for a connection. `queue`: a late command has not failed; failing it would send it, and apply it, twice.
 * `worker`: waits for Redis indefinitely.
 */
export type RedisRole = 'cache' | 'producer' | 'queue' | 'worker'

/** A connection to one server, or connections to the nodes of a cluster. */
export type RedisClient = Redis | Cluster

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
/** Redirections of a worker's command while its node fails over: one each 100 ms. */
const workerRedirections = 300

export type CreateRedisOptions = RedisServers & {
  readonly role: RedisRole
  readonly log: Logger
  /** Once aborted, lost connections are not reopened, nor are their duplicates. */
  readonly signal?: AbortSignal
}

/**
 * Creates a connection that the caller closes with `disconnect()`. A Redis that is down or hung does not block the
 * start: the connection is retried for ever, with growing backoff.
 */
export function createRedis(options: CreateRedisOptions): RedisClient {
  const { role, log } = options
  const redis = 'cluster' in options ? createCluster(options) : createSingle(options)
  redis.on('error', (error) => log.debug('redis connection lost', { role, error }))
  return redis
}

type OptionsOf<Servers> = Servers & CreateRedisOptions

function createSingle(options: OptionsOf<Exclude<RedisServers, ClusteredRedis>>): Redis {
  const { role } = options
  const common = {
    ...toConnectionOptions(role),
    enableOfflineQueue: role === 'worker',
    retryStrategy: (times: number) => pauseUnlessEnded(options, times),
  }
  const redis =
    'url' in options
      ? new Redis(options.url, common)
      : new Redis({ ...common, ...toWatched(options) })
  makePatient(redis, silenceMs[role])
  return redis
}

/** The sentinels name the primary at each connect. */
function toWatched(options: OptionsOf<WatchedRedis>) {
  const { sentinels, master, sentinelUsername, sentinelPassword, tls } = options
  return {
    ...toLogin(options),
    sentinels: [...sentinels],
    name: master,
    ...(sentinelUsername === undefined ? {} : { sentinelUsername }),
    ...(sentinelPassword === undefined ? {} : { sentinelPassword }),
    ...(tls ? { sentinelTLS: {}, enableTLSForSentinelMode: true } : {}),
    sentinelCommandTimeout: commandTimeoutMs.cache,
    sentinelRetryStrategy: (times: number) => pauseUnlessEnded(options, times),
  }
}

/** Only a worker's commands are sent again after a lost connection: the callers of the others decide that themselves. */
function createCluster(options: OptionsOf<ClusteredRedis>): Cluster {
  const { cluster, role, tls } = options
  const failsFast = role !== 'worker'
  return createPatientCluster(cluster, {
    silenceMs: silenceMs[role],
    failsFast,
    ...(failsFast
      ? { retryDelayOnFailover: 0, retryDelayOnClusterDown: 0 }
      : { maxRedirections: workerRedirections }),
    clusterRetryStrategy: (times) => pauseUnlessEnded(options, times),
    redisOptions: { ...toConnectionOptions(role), ...toLogin(options) },
    // The certificate of a node is for its name, which the default lookup would replace by an address.
    ...(tls ? { dnsLookup: (name, found) => found(null, name) } : {}),
  })
}

function toLogin({ username, password, tls }: RedisLogin) {
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls ? { tls: {} } : {}),
  }
}

function toConnectionOptions(role: RedisRole) {
  return {
    ...toCommandOptions(role),
    connectTimeout: 2000,
    keepAlive: 10_000,
    socketTimeout: silenceMs[role],
    // The server has become a replica; its name may now resolve to the new primary.
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
  }
}

function toCommandOptions(role: RedisRole) {
  if (role === 'worker') return { maxRetriesPerRequest: null }
  return {
    commandTimeout: commandTimeoutMs[role],
    // Commands in flight when the connection was lost fail, and their callers decide whether to retry.
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
  }
}

function pauseUnlessEnded(
  { signal }: Pick<CreateRedisOptions, 'signal'>,
  times: number,
): number | null {
  return signal?.aborted === true ? null : pauseBefore(times)
}

/** Returns the backoff, ms. The second half of it is random, so that many processes do not reconnect at once. */
function pauseBefore(times: number): number {
  const longest = Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(times, 10))
  return longest * (0.5 + Math.random() / 2)
}
