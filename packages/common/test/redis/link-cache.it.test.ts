import { randomUUID } from 'node:crypto'
import { createSilentLogger } from '@iaas/common/log'
import { createRedis } from '@iaas/common/redis/connection'
import { createRedisLinkCache } from '@iaas/common/redis/link-cache'
import { describeLinkCache } from '@iaas/testing/contracts/link-cache'
import { startTestRedis } from '@iaas/testing/redis'
import { until } from '@iaas/testing/until'
import { afterAll, describe, it } from '@jest/globals'

const server = await startTestRedis()
afterAll(() => server?.[Symbol.asyncDispose]())

if (server === undefined) {
  describe.skip('the Redis link cache: there is no Redis here', () => it('is not tested', () => {}))
} else {
  describeLinkCache('the Redis link cache', async ({ ttlMs }) => {
    const redis = createRedis({ url: server.url, role: 'cache', log: createSilentLogger() })
    await until(() => redis.status === 'ready')
    const cache = createRedisLinkCache({ redis, prefix: randomUUID(), ttlMs })
    return {
      cache,
      async [Symbol.asyncDispose]() {
        redis.disconnect()
      },
    }
  })
}
