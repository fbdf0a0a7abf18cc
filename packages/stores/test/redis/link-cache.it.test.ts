import { randomUUID } from 'node:crypto'
import { digestOf, objectKey } from '@iaas/common/digest'
import { variantKey } from '@iaas/common/image'
import { createSilentLogger } from '@iaas/common/log'
import { createRedis } from '@iaas/stores/redis/connection'
import { createRedisLinkCache } from '@iaas/stores/redis/link-cache'
import { testCdn } from '@iaas/testing/cdn'
import { describeSharedLinkCache } from '@iaas/testing/contracts/link-cache'
import { startTestRedis } from '@iaas/testing/redis'
import { until } from '@iaas/testing/until'
import { makeVariant } from '@iaas/testing/variants'
import { afterAll, expect, it } from '@jest/globals'
import { describeUnless } from '@iaas/testing/describe-unless'

const server = await startTestRedis()
afterAll(() => server?.[Symbol.asyncDispose]())

const missing = server === undefined ? 'there is no Redis' : undefined

describeUnless(missing, 'with a Redis', () => {
  describeSharedLinkCache('the Redis link cache', async ({ ttlMs }) => {
    const redis = createRedis({ url: server?.url ?? '', role: 'cache', log: createSilentLogger() })
    await until(() => redis.status === 'ready')
    const cache = createRedisLinkCache({ redis, cdn: testCdn, prefix: randomUUID(), ttlMs })
    return {
      cache,
      async [Symbol.asyncDispose]() {
        redis.disconnect()
      },
    }
  })

  it('shares whole addresses with builds that know no keys, and reads theirs whatever their host', async () => {
    const redis = createRedis({ url: server?.url ?? '', role: 'cache', log: createSilentLogger() })
    await until(() => redis.status === 'ready')
    const cache = createRedisLinkCache({ redis, cdn: testCdn, prefix: 'shared', ttlMs: 60_000 })
    const variant = makeVariant()
    const [name, key] = [variantKey(variant), objectKey(variant, 5)]
    await cache.set(name, { key })
    const entry = `shared:link:${digestOf(name)}`
    expect(await redis.get(entry)).toBe(`https://cdn.example/${key}`)
    expect(await cache.get(name)).toEqual({ key })
    await redis.set(entry, `https://earlier.example/${key}`)
    expect(await cache.get(name)).toEqual({ key })
    await redis.set(entry, 'https://legacy.example/picture.jpg')
    expect(await cache.get(name)).toEqual({ address: 'https://legacy.example/picture.jpg' })
    redis.disconnect()
  })
})
