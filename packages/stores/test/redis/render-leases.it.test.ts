import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { digestOf } from '@iaas/common/digest'
import { createSilentLogger } from '@iaas/common/log'
import { createRedis } from '@iaas/stores/redis/connection'
import { createRedisSpool } from '@iaas/stores/redis/spool'
import { createRedisRenderLeases } from '@iaas/stores/redis/render-leases'
import { describeRenderLeases } from '@iaas/testing/contracts/render-leases'
import { describeUnless } from '@iaas/testing/describe-unless'
import { startTestRedis } from '@iaas/testing/redis'
import { until } from '@iaas/testing/until'
import { afterAll, expect, it } from '@jest/globals'

const server = await startTestRedis()
afterAll(() => server?.[Symbol.asyncDispose]())

const missing = server === undefined ? 'there is no Redis' : undefined

describeUnless(missing, 'with a Redis', () => {
  const connections: { disconnect(): void }[] = []
  afterAll(() => connections.forEach((redis) => redis.disconnect()))

  async function open({ prefix = randomUUID(), lifeMs = 5000 } = {}) {
    const redis = createRedis({
      url: server?.url ?? '',
      role: 'producer',
      log: createSilentLogger(),
    })
    connections.push(redis)
    await until(() => redis.status === 'ready')
    const bounds = { maxItems: 10, maxBytes: 10_000, maxAgeMs: 60_000 }
    const spool = createRedisSpool({ redis, prefix, ...bounds })
    return { redis, prefix, spool, leases: createRedisRenderLeases({ redis, prefix, lifeMs }) }
  }

  describeRenderLeases('leases in Redis', open)

  it('a rendition that has left the spool since was made by another', async () => {
    const { spool, leases } = await open()
    const digest = digestOf('a rendition')
    await spool.put(digest, { bytes: new Uint8Array(10), renderedAt: 1_764_000_000_000 })
    await spool.drop(digest)
    expect(await leases.claim(digest)).toMatchObject({ kind: 'lease', lease: { isFollowUp: true } })
  })

  it('a lease lasts as long as its holder lives, and little longer', async () => {
    const [mine, others] = [await open({ lifeMs: 2000 }), await open()]
    const theirs = createRedisRenderLeases({
      redis: others.redis,
      prefix: mine.prefix,
      lifeMs: 2000,
    })
    const work = digestOf('work')
    await mine.leases.claim(work)
    const asked = Array.from({ length: 10 }, (_, index) =>
      delay(400 * index).then(() => theirs.claim(work)),
    )
    expect(await Promise.all(asked)).toEqual(asked.map(() => ({ kind: 'taken' })))
    mine.redis.disconnect()
    await until(async () => (await theirs.claim(work)).kind === 'lease')
  })
})
