import { provideDatabase, query } from '@iaas/testing/postgres'
import { until } from '@iaas/testing/until'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createPersistence } from '../src/persistence.ts'
import { createQueueWorker } from '../src/queue-worker.ts'
import { createSilentLogger } from '@iaas/common/log'
import { queueNames } from '@iaas/common/jobs/queues'
import { makeVariant } from '@iaas/testing/variants'

const othersOfDatabase = `SELECT 1 FROM pg_stat_activity
  WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()`

describe('a worker of a queue in PostgreSQL that has nothing to do', () => {
  let database: Awaited<ReturnType<typeof provideDatabase>>
  const log = createSilentLogger()
  beforeAll(async () => {
    database = await provideDatabase()
  })
  afterAll(async () => database?.[Symbol.asyncDispose]())

  it('asks nothing, keeps the one connection that it is told on, and begins a job once it is told', async () => {
    const backend = { kind: 'postgres', url: database.url } as const
    const done: (string | undefined)[] = []
    const worker = createQueueWorker({
      backend,
      queue: queueNames.uploads,
      process: async ({ id }) => done.push(id),
      onDeadly() {},
      concurrency: 1,
      lockMs: 60_000,
      log,
    })
    const connections = async () => (await query(database.url, othersOfDatabase)).rowCount ?? 0
    await until(async () => (await connections()) > 1)
    // A pool that is asked something more often than each ten seconds never closes its last connection.
    await until(async () => (await connections()) === 1)
    await using persistence = createPersistence({ backend, log })
    await persistence.schedule({ variant: makeVariant(), renderedAt: 1 })
    await until(() => done.length === 1, 5000)
    expect(done).toHaveLength(1)
    await worker.close(1000)
  })
})
