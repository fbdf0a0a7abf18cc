import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { openQueue } from '@iaas/queue/open-queue'
import { createPersistence } from '@iaas/queue/persistence'
import type { QueueBackend } from '@iaas/queue/queue-backend'
import { queueNames } from '@iaas/common/jobs/queues'
import { parsePayload } from '@iaas/common/jobs/store-rendition'
import { createSilentLogger } from '@iaas/common/log'
import { describePersistence } from '@iaas/testing/contracts/persistence'
import { createFakePersistence } from '@iaas/testing/fakes/persistence'
import { findFreePort } from '@iaas/testing/free-port'
import { holdLocks, provideDatabase, query } from '@iaas/testing/postgres'
import { ownRedisMissing, startOwnRedis, startTestRedis } from '@iaas/testing/redis'
import { until } from '@iaas/testing/until'
import { makeVariant } from '@iaas/testing/variants'
import { afterAll, describe, expect, it } from '@jest/globals'
import { describeUnless } from '@iaas/testing/describe-unless'

const log = createSilentLogger()
const unavailable = { code: 'STORE_UNAVAILABLE' }
const newRequest = () => ({ variant: makeVariant(), renderedAt: 1_764_000_000_000 })

async function open(backend: QueueBackend) {
  // Until its server is warm the first call may take longer than one has in earnest.
  const persistence = createPersistence({ backend, log, timeoutMs: 10_000 })
  const uploads = openQueue(backend, queueNames.uploads, log)
  return {
    persistence,
    async queued() {
      const jobs = await (await uploads.get()).getWaiting(0, 1000)
      return jobs.map((job) => parsePayload(job.data))
    },
    async [Symbol.asyncDispose]() {
      await persistence[Symbol.asyncDispose]()
      await uploads.close()
    },
  }
}

describePersistence('the fake persistence', async () => {
  const persistence = createFakePersistence()
  return {
    persistence,
    queued: async () => persistence.renditions,
    async [Symbol.asyncDispose]() {},
  }
})

const database = await provideDatabase()
afterAll(() => database[Symbol.asyncDispose]())

describePersistence('persistence by BullMQ on PostgreSQL', () =>
  open({
    kind: 'postgres',
    url: database.url,
    namespace: `queues_${randomUUID().replaceAll('-', '')}`,
  }),
)

const redis = await startTestRedis()
afterAll(() => redis?.[Symbol.asyncDispose]())

const redisMissing = redis === undefined ? 'there is no Redis' : undefined

describeUnless(redisMissing, 'with a Redis', () => {
  describePersistence('persistence by BullMQ on Redis', () =>
    open({ kind: 'redis', url: redis?.url ?? '', namespace: randomUUID() }),
  )
})

describe('persistence by BullMQ on a PostgreSQL that is down', () => {
  it('rejects, and can be closed', async () => {
    const url = `postgres://nobody@127.0.0.1:${await findFreePort()}/nothing`
    await using persistence = createPersistence({ backend: { kind: 'postgres', url }, log })
    await expect(persistence.schedule(newRequest())).rejects.toMatchObject(unavailable)
    await expect(persistence.schedule(newRequest())).rejects.toMatchObject(unavailable)
  })

  it('works once the database is there, without a restart', async () => {
    const name = `late_${randomUUID().replaceAll('-', '')}`
    const url = new URL(database.url)
    url.pathname = `/${name}`
    const backend = { kind: 'postgres', url: url.href } as const
    await using persistence = createPersistence({ backend, log, timeoutMs: 10_000 })
    await expect(persistence.schedule(newRequest())).rejects.toMatchObject(unavailable)
    await query(database.url, `CREATE DATABASE ${name}`)
    await persistence.schedule(newRequest())
    await query(database.url, `DROP DATABASE ${name} WITH (FORCE)`)
  })
})

describe('persistence by BullMQ on a PostgreSQL that is slow', () => {
  it('F37 has queued what it took its time for, and once, however often it was asked to', async () => {
    const namespace = `queues_${randomUUID().replaceAll('-', '')}`
    const backend = { kind: 'postgres', url: database.url, namespace } as const
    await using persistence = createPersistence({ backend, log })
    const [first, ...others] = Array.from({ length: 20 }, newRequest)
    await persistence.schedule(first!)
    const lock = await holdLocks(database.url, `LOCK TABLE ${namespace}.job IN EXCLUSIVE MODE`)
    const scheduled = Promise.all([...others, ...others].map((one) => persistence.schedule(one)))
    // Longer than each of them would be waited for by a caller, and for a connection of the pool.
    await delay(3000)
    await lock[Symbol.asyncDispose]()
    await scheduled
    const { rows } = await query(database.url, `SELECT count(*)::int AS n FROM ${namespace}.job`)
    expect(rows[0]?.['n']).toBe(2 * (others.length + 1))
  })
})

describeUnless(ownRedisMissing, 'persistence by BullMQ on a Redis that is slow', () => {
  it('F37 has queued what it took its time for, and once, however often it was asked to', async () => {
    await using server = await startOwnRedis()
    const backend = { kind: 'redis', url: server.url } as const
    await using persistence = createPersistence({ backend, log })
    const requests = Array.from({ length: 20 }, newRequest)
    await persistence.schedule(newRequest())
    server.process.kill('SIGSTOP')
    const scheduled = Promise.all(
      [...requests, ...requests].map((one) => persistence.schedule(one)),
    )
    await delay(3000)
    server.process.kill('SIGCONT')
    await scheduled
    const waiting = openQueue(backend, queueNames.uploads, log)
    expect(await (await waiting.get()).getWaitingCount()).toBe(requests.length + 1)
    await waiting.close()
  })
})

describeUnless(ownRedisMissing, 'persistence by BullMQ on a Redis of its own', () => {
  it('rejects while Redis is down from the start, and works once it is there, without a restart', async () => {
    const port = await findFreePort()
    const backend = { kind: 'redis', url: `redis://127.0.0.1:${port}` } as const
    await using persistence = createPersistence({ backend, log })
    await expect(persistence.schedule(newRequest())).rejects.toMatchObject(unavailable)
    await using _server = await startOwnRedis(port)
    await until(() =>
      persistence.schedule(newRequest()).then(
        () => true,
        () => false,
      ),
    )
  })

  it('rejects while Redis hangs, before and after it was first used, and works afterwards', async () => {
    await using server = await startOwnRedis()
    server.process.kill('SIGSTOP')
    const backend = { kind: 'redis', url: server.url } as const
    await using persistence = createPersistence({ backend, log, timeoutMs: 300 })
    const schedule = () => persistence.schedule(newRequest())
    const works = () =>
      schedule().then(
        () => true,
        () => false,
      )
    await expect(schedule()).rejects.toMatchObject(unavailable)
    server.process.kill('SIGCONT')
    await until(works)
    server.process.kill('SIGSTOP')
    await expect(schedule()).rejects.toMatchObject(unavailable)
    await expect(schedule()).rejects.toMatchObject(unavailable)
    server.process.kill('SIGCONT')
    await until(works)
  })

  it('works again after Redis was killed and has lost everything', async () => {
    const port = await findFreePort()
    const backend = { kind: 'redis', url: `redis://127.0.0.1:${port}` } as const
    await using first = await startOwnRedis(port)
    await using persistence = createPersistence({ backend, log })
    await persistence.schedule(newRequest())
    await first[Symbol.asyncDispose]()
    await expect(persistence.schedule(newRequest())).rejects.toMatchObject(unavailable)
    await using _second = await startOwnRedis(port)
    await until(() =>
      persistence.schedule(newRequest()).then(
        () => true,
        () => false,
      ),
    )
  })

  it('refuses more than it may have on their way', async () => {
    await using server = await startOwnRedis()
    const backend = { kind: 'redis', url: server.url } as const
    await using persistence = createPersistence({ backend, log, maxInFlight: 2 })
    const calls = [1, 2, 3].map(() => persistence.schedule(newRequest()))
    const results = await Promise.allSettled(calls)
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected'])
    await persistence.schedule(newRequest())
  })
})
