import type { CircuitBreaker } from '@iaas/common/concurrency/circuit-breaker'
import type { Closers } from '@iaas/common/lifecycle/closers'
import { createRedis } from '@iaas/common/redis/connection'
import type { ApiOptions } from '../create-api.ts'
import type { RateLimit, SharedCounts } from './rate-limit.ts'
import { type RenderLimits, createRenderLimits } from './render-limits.ts'
import { createSecretLimit } from './secret-limit.ts'

export type Limits = { readonly renders: RenderLimits; readonly wrongSecrets: RateLimit }

/** The limits that are configured, counted in Redis where there is one. `breaker`: of Redis. */
export function createLimits(
  options: ApiOptions,
  breaker: CircuitBreaker | undefined,
  closers: Closers,
): Limits {
  const { limits, secret } = options.config
  const { renders_per_client: perClient, renders_per_original: perOriginal } = limits
  const wrongSecrets = secret === undefined ? 0 : limits.wrong_secrets_per_client
  const isAnySet = perClient + perOriginal + wrongSecrets > 0
  const shared = isAnySet ? createSharedCounts(options, breaker, closers) : undefined
  return {
    renders: createRenderLimits({ perClient, perOriginal, shared }),
    wrongSecrets: createSecretLimit(wrongSecrets, shared),
  }
}

function createSharedCounts(
  { config, log }: ApiOptions,
  breaker: CircuitBreaker | undefined,
  closers: Closers,
): SharedCounts | undefined {
  const { url } = config.redis
  if (url === undefined || breaker === undefined) return undefined
  const redis = createRedis({ url, role: 'cache', log })
  closers.add('limits', () => redis.disconnect())
  return { redis, breaker }
}
