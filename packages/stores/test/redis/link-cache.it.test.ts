import { randomUUID } from 'node:crypto'
import { createSilentLogger } from '@iaas/common/log'
import { createRedis } from '@iaas/stores/redis/connection'
import { createRedisLinkCache } from '@iaas/stores/redis/link-cache'
import { describeSharedLinkCache } from '@iaas/testing/contracts/link-cache'
import { startTestRedis } from '@iaas/testing/redis'
import { until } from '@iaas/testing/until'
import { afterAll } from '@jest/globals'
import { describeUnless } from '@iaas/testing/describe-unless'

const server = await startTestRedis()
afterAll(() => server?.[Symbol.asyncDispose]())

const missing = server === undefined ? 'there is no Redis' : undefined

describeUnless(missing, 'with a Redis', () => {
  describeSharedLinkCache('the Redis link cache', async ({ ttlMs }) => {
    const redis = createRedis({ url: server?.url ?? '', role: 'cache', log: createSilentLogger() })
    await until(() => redis.status === 'ready')
    const cache = createRedisLinkCache({ redis, prefix: randomUUID(), ttlMs })
    return {
      cache,
      async [Symbol.asyncDispose]() {
        redis.disconnect()
      },
    }
  })
})
