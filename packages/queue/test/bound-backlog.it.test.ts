import { randomUUID } from 'node:crypto'
import { createBacklog } from '@iaas/queue/backlog'
import { boundBacklog } from '@iaas/queue/bound-backlog'
import { openQueues } from '@iaas/queue/open-queues'
import { createPersistence } from '@iaas/queue/persistence'
import type { QueueServer } from '@iaas/queue/queue-backend'
import { createSilentLogger } from '@iaas/common/log'
import { describeUnless } from '@iaas/testing/describe-unless'
import { provideDatabase } from '@iaas/testing/postgres'
import { startTestRedis } from '@iaas/testing/redis'
import { makeVariant } from '@iaas/testing/variants'
import { afterAll, expect, it } from '@jest/globals'

const log = createSilentLogger()
const database = await provideDatabase()
const redis = await startTestRedis()
afterAll(async () => {
  await database[Symbol.asyncDispose]()
  await redis?.[Symbol.asyncDispose]()
})

let time = 1_764_000_000_000
const newRequest = () => ({ variant: makeVariant(), renderedAt: (time += 1) })

function open(server: QueueServer, maxJobs: number) {
  const backend = { ...server, namespace: `t_${randomUUID().replaceAll('-', '')}` }
  const persistence = createPersistence({ backend, log, timeoutMs: 10_000 })
  const queues = openQueues(backend, log)
  const backlog = createBacklog({ queues, ttlMs: { least: 0, most: 0 } })
  return {
    queues,
    bounded: boundBacklog(persistence, { backlog, maxJobs }),
    async [Symbol.asyncDispose]() {
      await queues[Symbol.asyncDispose]()
      await persistence[Symbol.asyncDispose]()
    },
  }
}

const servers = [
  [undefined, { kind: 'postgres', url: database.url }],
  [redis === undefined ? 'there is no Redis' : undefined, { kind: 'redis', url: redis?.url ?? '' }],
] as const

for (const [missing, server] of servers) {
  describeUnless(missing, `a backlog on ${server.kind} that nobody works off`, () => {
    it('F18 is bounded, whoever adds to it, and takes more once there is room', async () => {
      await using opened = open(server, 6)
      for (let count = 0; count < 3; count += 1) await opened.bounded.schedule(newRequest())
      await expect(opened.bounded.schedule(newRequest())).rejects.toMatchObject({
        code: 'SPOOL_FULL',
      })
      for (const queue of await opened.queues(1000)) await queue.obliterate({ force: true })
      await opened.bounded.schedule(newRequest())
    })
  })
}
