import type { CircuitBreaker } from '@iaas/common/concurrency/circuit-breaker'
import type { Closers } from '@iaas/common/lifecycle/closers'
import { createRedis } from '@iaas/common/redis/connection'
import type { ApiOptions } from '../create-api.ts'
import { type RenderLimits, createRenderLimits } from './render-limits.ts'

/** The limits that are configured, counted in Redis where there is one. `breaker`: of Redis. */
export function createLimits(
  { config, log }: ApiOptions,
  breaker: CircuitBreaker | undefined,
  closers: Closers,
): RenderLimits {
  const { renders_per_client: perClient, renders_per_original: perOriginal } = config.limits
  const { url } = config.redis
  if (url === undefined || breaker === undefined || perClient + perOriginal === 0) {
    return createRenderLimits({ perClient, perOriginal, shared: undefined })
  }
  const redis = createRedis({ url, role: 'cache', log })
  closers.add('limits', () => redis.disconnect())
  return createRenderLimits({ perClient, perOriginal, shared: { redis, breaker } })
}
