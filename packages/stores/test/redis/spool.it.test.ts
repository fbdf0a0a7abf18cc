import { randomUUID } from 'node:crypto'
import { variantDigest } from '@iaas/common/digest'
import { createSilentLogger } from '@iaas/common/log'
import type { Spool } from '@iaas/common/ports/spool'
import { type RedisClient, createRedis } from '@iaas/stores/redis/connection'
import { type RedisSpoolOptions, createRedisSpool } from '@iaas/stores/redis/spool'
import { describeSpool } from '@iaas/testing/contracts/spool'
import { startTestRedis } from '@iaas/testing/redis'
import { until } from '@iaas/testing/until'
import { makeVariant } from '@iaas/testing/variants'
import { afterAll, describe, expect, it } from '@jest/globals'
import { describeUnless } from '@iaas/testing/describe-unless'

const server = await startTestRedis()
afterAll(() => server?.[Symbol.asyncDispose]())

type Opened = AsyncDisposable & {
  readonly redis: RedisClient
  readonly prefix: string
  readonly spool: Spool
  readonly reopen: () => Spool
}

async function open(part: Partial<RedisSpoolOptions> = {}): Promise<Opened> {
  const url = server?.url ?? ''
  const redis = createRedis({ url, role: 'producer', log: createSilentLogger() })
  await until(() => redis.status === 'ready')
  const prefix = randomUUID()
  const bounds = { maxItems: 2, maxBytes: 10_000, maxAgeMs: 60_000 }
  const reopen = () => createRedisSpool({ redis, prefix, ...bounds, ...part })
  return {
    redis,
    prefix,
    spool: reopen(),
    reopen,
    async [Symbol.asyncDispose]() {
      redis.disconnect()
    },
  }
}

const newDigest = () => variantDigest(makeVariant())
const spooled = { bytes: new Uint8Array(100).fill(1), renderedAt: 1_764_000_000_000 }
const full = { code: 'SPOOL_FULL' }

const missing = server === undefined ? 'there is no Redis' : undefined

describeUnless(missing, 'with a Redis', () => {
  describeSpool('the Redis spool', (limits) => open(limits))

  describe('the Redis spool', () => {
    it('forgets old entries by itself, and has their room again', async () => {
      await using opened = await open({ maxAgeMs: 150 })
      const first = newDigest()
      await opened.spool.put(first, spooled)
      await opened.spool.put(newDigest(), spooled)
      await until(async () => (await opened.spool.get(first)) === undefined)
      const another = newDigest()
      await until(() =>
        opened.spool.put(another, spooled).then(
          () => true,
          () => false,
        ),
      )
      expect(await opened.spool.get(another)).toBeDefined()
    })

    it('leaves nothing in Redis once all is dropped and something else was put and dropped', async () => {
      await using opened = await open()
      const { redis, prefix, spool } = opened
      const [first, second] = [newDigest(), newDigest()] as const
      await spool.put(first, spooled)
      await spool.put(second, spooled)
      await spool.drop(first)
      await spool.drop(second)
      expect(await redis.get(`${prefix}:spool-total`)).toBe('0')
      expect(await redis.hlen(`${prefix}:spool-sizes`)).toBe(0)
      expect(await redis.zcard(`${prefix}:spool-expiries`)).toBe(0)
      expect(await redis.exists(`${prefix}:spool:${first}`, `${prefix}:spool:${second}`)).toBe(0)
    })

    it('drops by one command what is dropped at once, the count and all', async () => {
      await using opened = await open({ maxItems: 100 })
      const { redis, prefix, spool } = opened
      const digests = Array.from({ length: 50 }, newDigest)
      for (const digest of digests) await spool.put(digest, spooled)
      const countEvals = async () =>
        Number(/cmdstat_eval:calls=(\d+)/.exec(await redis.info('commandstats'))?.[1])
      const before = await countEvals()
      await Promise.all(digests.slice(1).map((digest) => spool.drop(digest)))
      expect((await countEvals()) - before).toBe(1)
      expect(await spool.usage()).toEqual({ items: 1, bytes: 100 + 8 })
      expect((await redis.keys(`${prefix}:spool:*`)).length).toBe(1)
    })

    it('counts right again after Redis has lost a part of its count', async () => {
      await using opened = await open()
      const { redis, prefix, spool } = opened
      const digest = newDigest()
      await spool.put(digest, spooled)
      await redis.del(`${prefix}:spool-total`)
      await spool.drop(digest)
      await spool.put(newDigest(), spooled)
      await spool.put(newDigest(), spooled)
      expect(await redis.get(`${prefix}:spool-total`)).toBe(`${2 * (100 + 8)}`)
      await expect(spool.put(newDigest(), spooled)).rejects.toMatchObject(full)
    })

    it('says that it is not available where Redis refuses', async () => {
      await using opened = await open()
      const digest = newDigest()
      await opened.redis.lpush(`${opened.prefix}:spool:${digest}`, 'not a string')
      const get = opened.spool.get(digest)
      await expect(get).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    })
  })
})
