import { createSilentLogger } from '@iaas/common/log'
import { createRedis } from '@iaas/stores/redis/connection'
import { warnOfEviction } from '@iaas/stores/redis/warn-of-eviction'
import { describeUnless } from '@iaas/testing/describe-unless'
import { ownRedisMissing, startOwnRedis } from '@iaas/testing/redis'
import { until } from '@iaas/testing/until'
import { expect, it } from '@jest/globals'

describeUnless(ownRedisMissing, 'a Redis whose memory is bounded', () => {
  it('F9 is warned of at each start while it may evict jobs, and only then', async () => {
    await using server = await startOwnRedis()
    const warnings: string[] = []
    const log = { ...createSilentLogger(), warn: (text: string) => void warnings.push(text) }
    const look = async (policy: string) => {
      const redis = createRedis({ url: server.url, role: 'producer', log })
      await until(() => redis.status === 'ready')
      await redis.config('SET', 'maxmemory-policy', policy)
      redis.disconnect()
      const next = createRedis({ url: server.url, role: 'producer', log })
      warnOfEviction(next, log)
      await until(() => next.status === 'ready')
      // Answers come in order: the question of the warning was asked before.
      await next.ping()
      next.disconnect()
    }
    await look('noeviction')
    expect(warnings).toEqual([])
    await look('allkeys-lru')
    expect(warnings).toEqual([expect.stringContaining('noeviction')])
  })
})
