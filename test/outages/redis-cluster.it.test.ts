import { startRedisCluster } from '@iaas/testing/redis-cluster'
import { redisPrograms, whyMissing } from '@iaas/testing/redis-fleet'
import { describeRedisFailOver } from './_redis-fail-over.ts'

for (const program of redisPrograms) {
  describeRedisFailOver({
    name: `F64 a cluster of ${program}`,
    fault: 'cluster',
    missing: whyMissing(program),
    async start() {
      // The primary that is killed has the queues, and a part of the spool and of the caches.
      const servers = await startRedisCluster(program)
      const failOver = await servers.addReplica('{iaas}')
      const env = { REDIS_URL: '', REDIS_CLUSTER: servers.nodes.join(',') }
      return { ...servers, ...failOver, env }
    },
  })
}
