import type { CircuitBreaker } from '@iaas/common/concurrency/circuit-breaker'
import { withDeadline } from '@iaas/common/concurrency/with-deadline'
import { AppError, type ErrorCode } from '@iaas/common/errors'
import type { RedisClient } from '@iaas/stores/redis/connection'
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'

const windowSeconds = 60

/** A rate limit per key and minute. */
export type RateLimit = {
  /** Counts one. @throws AppError of `code` if the limit is exceeded */
  take(key: string): Promise<void>
  /** Checks without counting. @throws AppError of `code` if the limit is reached */
  check(key: string): Promise<void>
}

/** The counters that all processes share. */
export type SharedCounts = { readonly redis: RedisClient; readonly breaker: CircuitBreaker }

export type RateLimitOptions = {
  /** Prefix of the names of counters. */
  readonly what: string
  /** Name of the limit in answers. */
  readonly name: string
  /** Quota per minute; 0: unlimited. */
  readonly quota: number
  /** Shared counters. Without them, or while they are down, each process counts for itself. */
  readonly shared: SharedCounts | undefined
  readonly code: ErrorCode
  readonly message: string
}

type Limiter = RateLimiterMemory | RateLimiterRedis
type Count = (limiter: Limiter, key: string) => Promise<RateLimiterRes | null>

export function createRateLimit(options: RateLimitOptions): RateLimit {
  const { what, name, quota, shared, code, message } = options
  if (quota === 0) return { take: () => Promise.resolve(), check: () => Promise.resolve() }
  const window = { points: quota, duration: windowSeconds, keyPrefix: `iaas:${what}` }
  const local = new RateLimiterMemory(window)
  const common =
    shared && new RateLimiterRedis({ ...window, storeClient: shared.redis, useRedisPackage: false })

  /** null: nothing is counted yet; undefined: unknown, because the counters do not answer. */
  async function countShared(how: Count, key: string): Promise<RateLimiterRes | null | undefined> {
    if (shared === undefined || common === undefined) return undefined
    try {
      return await shared.breaker.run(() => attempt(how, common, key))
    } catch {
      return undefined
    }
  }

  async function count(how: Count, key: string): Promise<RateLimiterRes | null> {
    const state = await countShared(how, key)
    return state === undefined ? attempt(how, local, key) : state
  }

  function refuse({ msBeforeNext }: RateLimiterRes): AppError {
    const retryAfterSeconds = Math.max(1, Math.ceil(msBeforeNext / 1000))
    const rateLimit = { name, quota, windowSeconds, retryAfterSeconds }
    return new AppError(code, message, { rateLimit })
  }

  return {
    async take(key) {
      const state = await count((limiter) => limiter.consume(key), key)
      if (state !== null && state.consumedPoints > quota) throw refuse(state)
    },
    async check(key) {
      const state = await count((limiter) => limiter.get(key), key)
      if (state !== null && state.consumedPoints >= quota) throw refuse(state)
    },
  }
}

/** Timeout of a shared count, ms. */
const maxWaitMs = 100

/** Returns the state with which the library rejects at a limit. @throws AppError STORE_UNAVAILABLE */
async function attempt(how: Count, limiter: Limiter, key: string): Promise<RateLimiterRes | null> {
  try {
    return await withDeadline(how(limiter, key), maxWaitMs)
  } catch (error) {
    if (error instanceof RateLimiterRes) return error
    throw new AppError('STORE_UNAVAILABLE', 'Redis does not answer.', { cause: error })
  }
}
