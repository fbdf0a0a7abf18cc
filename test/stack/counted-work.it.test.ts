import { setTimeout as delay } from 'node:timers/promises'
import { describeUnless } from '@iaas/testing/describe-unless'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { holdLocks, query } from '@iaas/testing/postgres'
import { ownRedisMissing } from '@iaas/testing/redis'
import { until } from '@iaas/testing/until'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { type Deployed, provideDeployment } from '../support/deployed.ts'
import { ask, store } from '../support/http.ts'
import { readMetrics } from '../support/metrics.ts'
import type { Stack } from '../support/stack.ts'
import { digestOfPath } from '../support/variants.ts'

describeUnless(ownRedisMissing, 'the work that is done for an answer', () => {
  let deployed: Deployed
  let api: Stack
  let watched: Awaited<ReturnType<Deployed['redis']['watch']>>

  beforeAll(async () => {
    deployed = await provideDeployment()
    api = await deployed.start('api', { env: { RENDERER_URL: '' } })
    await store(api.base, 'photo', await makePhoto({ width: 300, height: 200, format: 'jpeg' }))
    // The first of its kind sends its scripts, and opens what is opened when it is needed.
    await ask(api.base, '/photo_50_50.jpg')
    watched = await deployed.redis.watch()
  })
  afterAll(async () => {
    await watched?.[Symbol.asyncDispose]()
    await deployed?.[Symbol.asyncDispose]()
  })

  /** What Redis is asked that concerns a variant, in this order. */
  const commandsOf = (path: string) => watched.about(digestOfPath(path))

  const databaseLookups = async () =>
    (await readMetrics(api.admin)).sum('iaas_link_lookups_total', { layer: 'database' })

  async function countLookups(work: () => Promise<unknown>): Promise<number> {
    const before = await databaseLookups()
    await work()
    return (await databaseLookups()) - before
  }

  it('a miss asks Redis twice and the database once, then spools and queues', async () => {
    const path = '/photo_60_60.jpg'
    expect(await countLookups(() => ask(api.base, path))).toBe(1)
    const queueing = ['evalsha', 'evalsha', 'evalsha']
    const expected = ['mget', 'eval', 'eval', ...queueing]
    await until(() => commandsOf(path).length >= expected.length)
    expect(commandsOf(path)).toEqual(expected)
  })

  it('a hit that only the database knows is one query, and told to Redis', async () => {
    const path = '/photo_70_70.jpg'
    await plantLink(deployed.databaseUrl, 70)
    expect(await countLookups(() => ask(api.base, path))).toBe(1)
    await until(() => commandsOf(path).length >= 2)
    expect(commandsOf(path)).toEqual(['mget', 'eval'])
  })

  it('a hit that only Redis knows is one command, and no query', async () => {
    const path = '/photo_70_70.jpg'
    await using other = await deployed.start('api')
    const before = commandsOf(path).length
    expect((await ask(other.base, path)).status).toBe(307)
    const metrics = await readMetrics(other.admin)
    expect(metrics.sum('iaas_link_lookups_total', { layer: 'database' })).toBe(0)
    await until(() => commandsOf(path).length > before)
    expect(commandsOf(path).slice(before)).toEqual(['mget'])
  })

  it('a process that the database registers late uses Redis from its first request', async () => {
    const path = '/photo_70_70.jpg'
    const table = await holdLocks(deployed.databaseUrl, 'LOCK TABLE api_processes')
    const starting = deployed.start('api')
    await until(() => isWaitingForLock(deployed.databaseUrl))
    // Long enough for an api that does not wait to listen.
    await delay(1000)
    const asking = starting.then(async (other) => ({ other, answer: await ask(other.base, path) }))
    await Promise.race([asking, delay(200)])
    await table[Symbol.asyncDispose]()
    const { other, answer } = await asking
    await using _ = other
    expect(answer.status).toBe(307)
    const metrics = await readMetrics(other.admin)
    expect(metrics.sum('iaas_link_lookups_total', { layer: 'database' })).toBe(0)
  })

  it('a hit in memory asks nobody', async () => {
    const path = '/photo_70_70.jpg'
    const before = commandsOf(path).length
    const lookups = await countLookups(async () => {
      for (let round = 0; round < 10; round += 1) {
        expect((await ask(api.base, path)).status).toBe(307)
      }
    })
    expect(lookups).toBe(0)
    expect(commandsOf(path)).toHaveLength(before)
  })
})

/** Returns true while a process that started after `holdLocks` waits to be registered. */
async function isWaitingForLock(databaseUrl: string): Promise<boolean> {
  const sql = `SELECT 1 FROM pg_stat_activity waiting, pg_stat_activity holder
    WHERE holder.query LIKE 'LOCK TABLE api_processes%' AND waiting.backend_start > holder.backend_start
      AND waiting.application_name = 'iaas-epochs' AND waiting.wait_event_type = 'Lock'`
  return (await query(databaseUrl, sql)).rows.length > 0
}

async function plantLink(databaseUrl: string, size: number): Promise<void> {
  const columns = 'id, x, y, fit, file_type, blur, quality, url'
  const values = `'photo', ${size}, ${size}, 'clip', 'image/jpeg', false, -1, 'https://cdn.example.com/${size}.jpg'`
  await query(databaseUrl, `INSERT INTO images (${columns}) VALUES (${values})`)
}
