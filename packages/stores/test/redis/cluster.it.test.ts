import { randomUUID } from 'node:crypto'
import { parsePlace } from '@iaas/common/config/places'
import { variantDigest } from '@iaas/common/digest'
import { createSilentLogger } from '@iaas/common/log'
import { type RedisRole, createRedis } from '@iaas/stores/redis/connection'
import { createRedisLinkCache } from '@iaas/stores/redis/link-cache'
import { createRedisRenderLeases } from '@iaas/stores/redis/render-leases'
import { shardTags } from '@iaas/stores/redis/shards'
import { createRedisSpool } from '@iaas/stores/redis/spool'
import { testCdn } from '@iaas/testing/cdn'
import { describeSharedLinkCache } from '@iaas/testing/contracts/link-cache'
import { describeRenderLeases } from '@iaas/testing/contracts/render-leases'
import { describeUnless } from '@iaas/testing/describe-unless'
import { type ClusterServers, startRedisCluster } from '@iaas/testing/redis-cluster'
import { findFreePort } from '@iaas/testing/free-port'
import { redisPrograms, whyMissing } from '@iaas/testing/redis-fleet'
import { until } from '@iaas/testing/until'
import { makeVariant } from '@iaas/testing/variants'
import { afterAll, beforeAll, expect, it } from '@jest/globals'

const log = createSilentLogger()

for (const program of redisPrograms) {
  describeUnless(whyMissing(program), `F64 a cluster of ${program}`, () => {
    let servers: ClusterServers
    const ends: (() => PromiseLike<void> | void)[] = []
    beforeAll(async () => {
      servers = await startRedisCluster(program)
    })
    afterAll(async () => {
      for (const end of ends.toReversed()) await end()
      await servers?.[Symbol.asyncDispose]()
    })

    const toServers = () => ({
      cluster: servers.nodes.flatMap((text) => parsePlace(text, 6379) ?? []),
      tls: false,
    })

    async function connect(role: RedisRole) {
      const redis = createRedis({ ...toServers(), role, log })
      await until(() => redis.status === 'ready')
      ends.push(() => redis.disconnect())
      return redis
    }

    async function openSpool(bounds = { maxItems: 1600, maxBytes: 1_600_000 }) {
      const [redis, prefix] = [await connect('producer'), randomUUID()]
      return createRedisSpool({ redis, prefix, ...bounds, maxAgeMs: 60_000 })
    }

    const newDigests = (count: number) =>
      Array.from({ length: count }, () => variantDigest(makeVariant()))
    const spooled = { bytes: new Uint8Array(92).fill(1), renderedAt: 1_764_000_000_000 }

    describeSharedLinkCache(`the link cache of ${program}`, async ({ ttlMs }) => {
      const redis = await connect('cache')
      const cache = createRedisLinkCache({ redis, cdn: testCdn, prefix: randomUUID(), ttlMs })
      return { cache, async [Symbol.asyncDispose]() {} }
    })

    describeRenderLeases(`the leases of ${program}`, async ({ prefix = randomUUID() } = {}) => {
      const redis = await connect('producer')
      const spool = createRedisSpool({
        redis,
        prefix,
        maxItems: 1600,
        maxBytes: 1_600_000,
        maxAgeMs: 60_000,
      })
      return { prefix, spool, leases: createRedisRenderLeases({ redis, prefix, lifeMs: 5000 }) }
    })

    it('fails each command at once while no node answers, and works again afterwards', async () => {
      const port = await findFreePort()
      const nobody = { cluster: [{ host: '127.0.0.1', port }], tls: false }
      const redis = createRedis({ ...nobody, role: 'producer', log })
      ends.push(() => redis.disconnect())
      await expect(redis.get('anything')).rejects.toThrow(/^The cluster is /)
      const connected = await connect('producer')
      expect(await Promise.all(shardTags.map((tag) => connected.get(`{${tag}}`)))).toEqual(
        shardTags.map(() => null),
      )
    })

    it('spreads its shards evenly over the slots', async () => {
      const [{ redis }] = servers.primaries as [(typeof servers.primaries)[number]]
      const slots = await Promise.all(
        shardTags.map((tag) => redis.call('CLUSTER', 'KEYSLOT', `x:{${tag}}:y`)),
      )
      expect(slots.map((slot) => Math.floor(Number(slot) / 1024))).toEqual(
        shardTags.map((_, index) => index),
      )
    })

    it('counts, and drops by one command a shard, what its shards spool', async () => {
      const spool = await openSpool()
      const digests = newDigests(100)
      await Promise.all(digests.map((digest) => spool.put(digest, spooled)))
      expect(await spool.usage()).toEqual({ items: 100, bytes: 10_000 })
      expect(await spool.get(digests[0] as (typeof digests)[0])).toBeDefined()
      await Promise.all(digests.slice(1).map((digest) => spool.drop(digest)))
      expect(await spool.usage()).toEqual({ items: 1, bytes: 100 })
      await spool.ping()
    })

    it('holds no more than the bounds of the spool, each shard its part', async () => {
      const spool = await openSpool({ maxItems: 32, maxBytes: 1_600_000 })
      const results = await Promise.allSettled(
        newDigests(200).map((digest) => spool.put(digest, spooled)),
      )
      expect(results.filter(({ status }) => status === 'fulfilled').length).toBe(32)
    })
  })
}
