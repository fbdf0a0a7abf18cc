import type { CircuitBreaker } from '@iaas/common/concurrency/circuit-breaker'
import { guard } from '@iaas/common/concurrency/guard'
import type { Closers } from '@iaas/common/lifecycle/closers'
import { createRedis } from '@iaas/common/redis/connection'
import { createRedisTurns } from '@iaas/common/redis/turns'
import type { ApiOptions } from './create-api.ts'
import { type AwaitTurn, createAwaitTurn } from './renditions/await-turn.ts'

/** How long a process waits for another that renders the same, before it does so as well, ms. */
const patienceMs = 2000
/** How long a process that is gone keeps others waiting, ms. */
const lifeMs = 1500

/** The turns at a render, where the api's processes share a Redis. `breaker`: of Redis. */
export function createTurns(
  { config, log }: Pick<ApiOptions, 'config' | 'log'>,
  breaker: CircuitBreaker | undefined,
  closers: Closers,
): AwaitTurn {
  const { url } = config.redis
  if (url === undefined || breaker === undefined) {
    return createAwaitTurn({ turns: undefined, patienceMs, log })
  }
  const redis = createRedis({ url, role: 'producer', log })
  closers.add('turns', () => redis.disconnect())
  const turns = guard(createRedisTurns({ redis, prefix: 'iaas', lifeMs }), breaker, 'claim')
  return createAwaitTurn({ turns, patienceMs, log })
}
