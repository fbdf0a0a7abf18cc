import type { QueueServer } from '@iaas/queue/queue-backend'
import { describeUnless } from '@iaas/testing/describe-unless'
import { provideDatabase } from '@iaas/testing/postgres'
import { startTestRedis } from '@iaas/testing/redis'
import { afterAll } from '@jest/globals'

export type Server = QueueServer

const database = await provideDatabase()
const redis = await startTestRedis()

/** The same tests on each server that queues can live on, which ends with the suite that imports this. */
export function describeOnEachServer(
  name: (kind: Server['kind']) => string,
  body: (server: Server) => void,
): void {
  const missing = redis === undefined ? 'there is no Redis' : undefined
  describeUnless(undefined, name('postgres'), () => body({ kind: 'postgres', url: database.url }))
  describeUnless(missing, name('redis'), () => body({ kind: 'redis', url: redis?.url ?? '' }))
}

afterAll(async () => {
  await database[Symbol.asyncDispose]()
  await redis?.[Symbol.asyncDispose]()
})
