import { redisPrograms, whyMissing } from '@iaas/testing/redis-fleet'
import { startWatchedRedis } from '@iaas/testing/watched-redis'
import { expect, it } from '@jest/globals'
import { ask, askUntil, json } from '../support/http.ts'
import { describeRedisFailOver } from './_redis-fail-over.ts'

for (const program of redisPrograms) {
  describeRedisFailOver({
    name: `F63 ${program} behind sentinels`,
    fault: 'sentinels',
    missing: whyMissing(program),
    async start() {
      const servers = await startWatchedRedis(program)
      const env = { REDIS_URL: '', REDIS_SENTINELS: servers.sentinels.join(',') }
      return { ...servers, env }
    },
    more(scene) {
      it('keeps the queues, while another Redis keeps the spool', async () => {
        const { servers, deployed } = scene()
        const env = { REDIS_QUEUES_SENTINELS: servers.env.REDIS_SENTINELS }
        const api = await deployed.start('api', { env })
        const uploader = await deployed.start('uploader', { env })
        expect(json(await ask(api.base, '/readyz'))).toMatchObject({
          dependencies: { redis: 'up', 'redis-queues': 'up' },
        })
        await askUntil(({ status }) => status === 307, api.base, '/photo_94_94.jpg')
        expect(await deployed.redis.tell('iaas:uploads:*')).toEqual([])
        expect((await deployed.redis.tell('iaas:turn:*')).length).toBeGreaterThan(0)
        expect((await servers.replica.redis.keys('iaas:uploads:*')).length).toBeGreaterThan(0)
        await uploader.stop()
      })
    },
  })
}
