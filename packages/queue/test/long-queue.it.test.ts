import { randomUUID } from 'node:crypto'
import { countByState } from '@iaas/queue/counting-backend'
import { openQueues } from '@iaas/queue/open-queues'
import { createPersistence } from '@iaas/queue/persistence'
import { queueNames } from '@iaas/common/jobs/queues'
import { createSilentLogger } from '@iaas/common/log'
import { provideDatabase } from '@iaas/testing/postgres'
import { until } from '@iaas/testing/until'
import { makeVariant } from '@iaas/testing/variants'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Queue, createPostgresBackend } from 'bullmq'
import pg from 'pg'

const log = createSilentLogger()
const namespace = `t_${randomUUID().replaceAll('-', '')}`
const database = await provideDatabase()
const backend = { kind: 'postgres', url: database.url, namespace } as const
const queues = openQueues(backend, log)
const ends: (() => PromiseLike<unknown>)[] = []
const sql = new pg.Client({
  connectionString: database.url,
  options: `-c search_path=${namespace}`,
})

beforeAll(async () => {
  await sql.connect()
  // What is not on the disk yet is not vacuumed as visible to all.
  await sql.query('SET synchronous_commit = on')
  const [queue] = await queues(10_000)
  await queue?.waitUntilReady()
})
afterAll(async () => {
  await sql.end()
  await Promise.all(ends.map((end) => end()))
  await queues[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
})

/** Jobs that wait, as the database has them a while after they were added. */
async function fill(count: number): Promise<void> {
  await sql.query(
    `INSERT INTO job (queue, id, seq, name, state, added_at_ms)
     SELECT q, md5(random()::text), nextval('job_seq'), 'job', s::job_state, 0
     FROM generate_series(1, $1) , (VALUES ('uploads', 'waiting'), ('records', 'waiting-children')) AS t (q, s)`,
    [count],
  )
  await sql.query('VACUUM (ANALYZE) job')
}

describe('a long queue in PostgreSQL', () => {
  it('is counted as BullMQ counts it', async () => {
    const [uploads] = await queues(1000)
    const queue = uploads as Queue
    await queue.add('failed', {}, { priority: 3 })
    await queue.add('late', {}, { delay: 60_000 })
    await fill(10)
    const own = createPostgresBackend('uploads', {
      connection: { connectionString: database.url, schema: namespace },
    })
    ends.push(() => own.close())
    const types = ['waiting', 'wait', 'prioritized', 'delayed', 'active', 'failed'] as const
    const counts = await Promise.all(types.map((type) => queue.getJobCountByTypes(type)))
    expect(counts).toEqual(await own.getCounts([...types]))
    expect(counts).toEqual([10, 10, 1, 1, 0, 0])
    await queue.pause()
    await expect(queue.getJobCounts('waiting')).resolves.toEqual({ waiting: 10 })
    await queue.resume()
  })

  it('is counted by its indexes, without reading a job', async () => {
    await fill(5000)
    const { rows } = await sql.query(
      `EXPLAIN (ANALYZE, FORMAT JSON) ${countByState.replaceAll('$1', "'uploads'")}`,
    )
    const plan = JSON.stringify(rows)
    expect(plan).toContain('"Index Only Scan"')
    expect(plan).not.toMatch(/"Node Type":\s*"(Seq|Bitmap Heap|Index) Scan"/)
    expect(plan.match(/"Heap Fetches":\s*[1-9]/g)).toBeNull()
  })

  it('leaves no more events behind each queue than a new job trims at once', async () => {
    const persistence = createPersistence({ backend, log, timeoutMs: 10_000 })
    ends.push(() => persistence[Symbol.asyncDispose]())
    // Each queue writes down its own bound once it is open.
    await until(async () => {
      const { rows } = await sql.query(`SELECT FROM meta WHERE field = 'opts.maxLenEvents'`)
      return rows.length === Object.keys(queueNames).length
    })
    for (let time = 1; time <= 200; time += 1) {
      await persistence.schedule({ variant: makeVariant(), renderedAt: time })
    }
    const { rows } = await sql.query('SELECT queue, count(*)::int FROM event GROUP BY queue')
    expect(rows.length).toBe(2)
    for (const { count } of rows) expect(count).toBeLessThanOrEqual(100)
  })
})
