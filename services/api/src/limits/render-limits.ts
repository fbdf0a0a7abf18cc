import type { CircuitBreaker } from '@iaas/common/concurrency/circuit-breaker'
import { digestOf } from '@iaas/common/digest'
import { AppError } from '@iaas/common/errors'
import type { ImageId } from '@iaas/common/image'
import type { Redis } from 'ioredis'
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'

const windowSeconds = 60

export type RenderLimits = {
  /** Counts a render that is about to be done. @throws AppError TOO_MANY_RENDERS */
  take(client: string, id: ImageId): Promise<void>
}

export type RenderLimitsOptions = {
  /** Renders in a minute; 0: any number. */
  readonly perClient: number
  readonly perOriginal: number
  /** Where the counts of all processes are; without it, or while it is down, each process counts for itself. */
  readonly shared: { readonly redis: Redis; readonly breaker: CircuitBreaker } | undefined
}

export function createRenderLimits(options: RenderLimitsOptions): RenderLimits {
  const { perClient, perOriginal, shared } = options
  const client = createLimit('client', perClient, shared)
  const original = createLimit('original', perOriginal, shared)
  return {
    async take(name, id) {
      await client(name)
      await original(digestOf(id))
    },
  }
}

type Limit = (key: string) => Promise<void>

function createLimit(name: string, quota: number, shared: RenderLimitsOptions['shared']): Limit {
  if (quota === 0) return () => Promise.resolve()
  const window = { points: quota, duration: windowSeconds, keyPrefix: `iaas:renders-${name}` }
  const local = new RateLimiterMemory(window)
  const common =
    shared && new RateLimiterRedis({ ...window, storeClient: shared.redis, useRedisPackage: false })

  /** undefined: it cannot be said just now. */
  async function consumeShared(key: string): Promise<RateLimiterRes | undefined> {
    if (shared === undefined || common === undefined) return undefined
    try {
      return await shared.breaker.run(() => consume(common, key))
    } catch {
      return undefined
    }
  }

  return async (key) => {
    const state = (await consumeShared(key)) ?? (await consume(local, key))
    if (state.consumedPoints <= quota) return
    const retryAfterSeconds = Math.max(1, Math.ceil(state.msBeforeNext / 1000))
    const rateLimit = { name, quota, windowSeconds, retryAfterSeconds }
    throw new AppError('TOO_MANY_RENDERS', describe(name, quota), { rateLimit })
  }
}

/** Where a limit is reached the library rejects with its state. @throws AppError STORE_UNAVAILABLE */
async function consume(
  limiter: RateLimiterMemory | RateLimiterRedis,
  key: string,
): Promise<RateLimiterRes> {
  try {
    return await limiter.consume(key)
  } catch (error) {
    if (error instanceof RateLimiterRes) return error
    throw new AppError('STORE_UNAVAILABLE', 'Redis does not answer.', { cause: error })
  }
}

function describe(name: string, quota: number): string {
  return name === 'client'
    ? `A client may cause ${quota} new renderings in a minute; what is stored is always served.`
    : `There are at most ${quota} new renderings of an image in a minute; what is stored is always served.`
}
