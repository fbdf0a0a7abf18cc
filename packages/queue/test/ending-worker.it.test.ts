import { createQueueWorker } from '@iaas/queue/queue-worker'
import { createSilentLogger } from '@iaas/common/log'
import { provideDatabase, query } from '@iaas/testing/postgres'
import { until } from '@iaas/testing/until'
import { expect, it } from '@jest/globals'

const connections = `SELECT 1 FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid()`

it('F15 a worker that ends while its queue is set up leaves no connection open, which would keep its process', async () => {
  await using database = await provideDatabase()
  const count = async () => (await query(database.url, connections)).rowCount ?? 0
  const worker = createQueueWorker({
    backend: { kind: 'postgres', url: database.url },
    queue: 'uploads',
    process: async () => {},
    onDeadly: () => {},
    concurrency: 1,
    lockMs: 30_000,
    log: createSilentLogger(),
  })
  await until(async () => (await count()) > 0)
  await worker.close(10_000)
  await until(async () => (await count()) === 0)
  expect(await count()).toBe(0)
})
