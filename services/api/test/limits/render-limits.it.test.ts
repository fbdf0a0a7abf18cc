import { createCircuitBreaker } from '@iaas/common/concurrency/circuit-breaker'
import { AppError, isAppError } from '@iaas/common/errors'
import { parseImageId } from '@iaas/common/image'
import { createSilentLogger } from '@iaas/common/log'
import { createRedis } from '@iaas/stores/redis/connection'
import { describeUnless } from '@iaas/testing/describe-unless'
import { ownRedisMissing, startOwnRedis } from '@iaas/testing/redis'
import { until } from '@iaas/testing/until'
import { describe, expect, it } from '@jest/globals'
import { type RenderLimits, createRenderLimits } from '../../src/limits/render-limits.ts'

const id = parseImageId('photo')
const others = ['a', 'b', 'c', 'd', 'e'].map((name) => parseImageId(name))

async function takeAll(limits: RenderLimits, client: string, count: number): Promise<number> {
  const taken = Array.from({ length: count }, (_, index) =>
    limits.take(client, others[index % others.length] ?? id),
  )
  const results = await Promise.allSettled(taken)
  return results.filter(({ status }) => status === 'fulfilled').length
}

describe('limits on renders', () => {
  it('are none where none are configured', async () => {
    const limits = createRenderLimits({ perClient: 0, perOriginal: 0, shared: undefined })
    expect(await takeAll(limits, 'client', 1000)).toBe(1000)
  })

  it('count each client for itself, and tell when there is room again', async () => {
    const limits = createRenderLimits({ perClient: 3, perOriginal: 0, shared: undefined })
    expect(await takeAll(limits, 'one', 10)).toBe(3)
    expect(await takeAll(limits, 'other', 2)).toBe(2)
    const refused: unknown = await limits.take('one', id).catch((error: unknown) => error)
    expect(refused).toMatchObject({
      code: 'TOO_MANY_RENDERS',
      rateLimit: { name: 'client', quota: 3, windowSeconds: 60 },
    })
    const seconds = (refused as AppError).rateLimit?.retryAfterSeconds ?? 0
    expect(seconds).toBeGreaterThan(0)
    expect(seconds).toBeLessThanOrEqual(60)
  })

  it('count each original, whoever asks', async () => {
    const limits = createRenderLimits({ perClient: 0, perOriginal: 2, shared: undefined })
    await limits.take('one', id)
    await limits.take('two', id)
    await expect(limits.take('three', id)).rejects.toMatchObject({
      rateLimit: { name: 'original', quota: 2 },
    })
    await limits.take('three', parseImageId('another'))
  })
})

describeUnless(ownRedisMissing, 'limits on renders in Redis', () => {
  it('hold for all processes together, and for each by itself while Redis is gone', async () => {
    const server = await startOwnRedis()
    const log = createSilentLogger()
    const connections = [0, 1].map(() => createRedis({ url: server.url, role: 'cache', log }))
    const processes = connections.map((redis) => {
      const breaker = createCircuitBreaker({
        probe: () => redis.ping(),
        isOutage: (error) => isAppError(error, 'STORE_UNAVAILABLE'),
        refusal: () => new AppError('STORE_UNAVAILABLE', 'Redis is gone.'),
      })
      const limits = createRenderLimits({
        perClient: 4,
        perOriginal: 0,
        shared: { redis, breaker },
      })
      return { breaker, limits }
    })
    const [one, other] = processes.map(({ limits }) => limits) as [RenderLimits, RenderLimits]
    await until(() => connections.every(({ status }) => status === 'ready'))
    expect((await takeAll(one, 'client', 4)) + (await takeAll(other, 'client', 4))).toBe(4)
    await server[Symbol.asyncDispose]()
    expect(await takeAll(one, 'client', 10)).toBe(4)
    expect(await takeAll(other, 'client', 10)).toBe(4)
    for (const { breaker } of processes) breaker.close()
    for (const redis of connections) redis.disconnect()
  })
})
