import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { createSilentLogger } from '@iaas/common/log'
import { createRedis } from '@iaas/stores/redis/connection'
import { createRedisLinkCache } from '@iaas/stores/redis/link-cache'
import { testCdn } from '@iaas/testing/cdn'
import { findFreePort } from '@iaas/testing/free-port'
import { ownRedisMissing, startOwnRedis } from '@iaas/testing/redis'
import { until } from '@iaas/testing/until'
import { makeVariant } from '@iaas/testing/variants'
import { variantKey } from '@iaas/common/image'
import { expect, it, jest } from '@jest/globals'
import { Redis } from 'ioredis'
import { describeUnless } from '@iaas/testing/describe-unless'

const log = createSilentLogger()
const unavailable = { code: 'STORE_UNAVAILABLE' }

/** Keeps the event loop from going on. */
function blockFor(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

function openCache(url: string) {
  const redis = createRedis({ url, role: 'cache', log })
  const cache = createRedisLinkCache({ redis, cdn: testCdn, prefix: 'test', ttlMs: 60_000 })
  const close = async () => redis.disconnect()
  return { redis, cache, [Symbol.asyncDispose]: close }
}

describeUnless(ownRedisMissing, 'a connection of the role cache', () => {
  it('fails fast while Redis is down from the start, and works once it is there', async () => {
    const port = await findFreePort()
    await using opened = openCache(`redis://127.0.0.1:${port}`)
    const key = variantKey(makeVariant())
    await expect(opened.cache.get(key)).rejects.toMatchObject(unavailable)
    await using _server = await startOwnRedis(port)
    await until(() => opened.redis.status === 'ready')
    await opened.cache.set(key, { address: 'https://cdn.example/1' })
    expect(await opened.cache.get(key)).toEqual({ address: 'https://cdn.example/1' })
  })

  it('is made anew where its server has become a replica', async () => {
    await using server = await startOwnRedis()
    await using opened = openCache(server.url)
    await until(() => opened.redis.status === 'ready')
    const admin = new Redis(server.url)
    await admin.replicaof('127.0.0.1', await findFreePort())
    const lost = once(opened.redis, 'reconnecting')
    const key = variantKey(makeVariant())
    await expect(opened.cache.set(key, { address: 'https://cdn.example/1' })).rejects.toMatchObject(
      unavailable,
    )
    await lost
    await admin.replicaof('NO', 'ONE')
    await until(() => opened.redis.status === 'ready')
    await opened.cache.set(key, { address: 'https://cdn.example/1' })
    admin.disconnect()
  })

  it('fails every call while Redis hangs, gives its connection up, and works again afterwards', async () => {
    await using server = await startOwnRedis()
    await using opened = openCache(server.url)
    const key = variantKey(makeVariant())
    await until(() => opened.redis.status === 'ready')
    server.process.kill('SIGSTOP')
    try {
      await expect(opened.cache.get(key)).rejects.toMatchObject(unavailable)
      await until(() => opened.redis.status !== 'ready')
      await expect(opened.cache.get(key)).rejects.toMatchObject(unavailable)
    } finally {
      server.process.kill('SIGCONT')
    }
    await until(() => opened.redis.status === 'ready')
    expect(await opened.cache.get(key)).toBeUndefined()
  })

  it('F46 keeps its connection if this process was too busy to read an answer', async () => {
    await using server = await startOwnRedis()
    await using opened = openCache(server.url)
    await until(() => opened.redis.status === 'ready')
    const lost = jest.fn()
    opened.redis.on('close', lost)
    // From here on timers run before anything is read.
    await setImmediate()
    const answer = opened.redis.ping()
    blockFor(1500)
    expect(await answer).toBe('PONG')
    expect(lost).not.toHaveBeenCalled()
  })

  it('fails what was on its way when Redis is killed', async () => {
    await using server = await startOwnRedis()
    await using opened = openCache(server.url)
    await until(() => opened.redis.status === 'ready')
    server.process.kill('SIGSTOP')
    const get = opened.cache.get(variantKey(makeVariant()))
    server.process.kill('SIGKILL')
    await expect(get).rejects.toMatchObject(unavailable)
  })
})
