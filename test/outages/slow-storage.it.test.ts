import { setTimeout as delay } from 'node:timers/promises'
import { describeUnless } from '@iaas/testing/describe-unless'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { holdLocks, provideDatabase, query } from '@iaas/testing/postgres'
import { ownRedisMissing } from '@iaas/testing/redis'
import { until } from '@iaas/testing/until'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Deployed, provideDeployment } from '../support/deployed.ts'
import { ask, store } from '../support/http.ts'
import { readMetrics } from '../support/metrics.ts'
import { type Stack, startStack } from '../support/stack.ts'
import { startTcpProxy } from '../support/tcp-proxy.ts'

const images = 30
let serial = 100

const newPaths = () => Array.from({ length: images }, () => `/photo_${(serial += 1)}_96.jpg`)

async function storePhoto(api: Stack): Promise<void> {
  await store(api.base, 'photo', await makePhoto({ width: 300, height: 200, format: 'jpeg' }))
}

/** Asks for all of them at once, and again until each is stored. */
async function storeAll(api: Stack, paths: readonly string[], links: () => Promise<number>) {
  const before = await links()
  const answers = await Promise.all(paths.map((path) => ask(api.base, path)))
  expect(answers.map(({ status }) => status)).toEqual(paths.map(() => 200))
  await until(async () => (await links()) === before + paths.length, 60_000)
}

const renders = { kind: 'render' }

/** Renders and failed persists since the last call. */
async function createCounter(api: Stack, renderer: Stack) {
  let last = { renders: 0, failed: 0 }
  async function count() {
    const [ofApi, ofRenderer] = [await readMetrics(api.admin), await readMetrics(renderer.admin)]
    const now = {
      renders: ofRenderer.sum('iaas_render_task_duration_seconds_count', renders),
      failed: ofApi.sum('iaas_persists_total', { result: 'failed' }),
    }
    const since = { renders: now.renders - last.renders, failed: now.failed - last.failed }
    last = now
    return since
  }
  await count()
  return count
}

async function countLinks(url: string): Promise<number> {
  return (await query(url, 'SELECT 1 FROM images')).rowCount ?? 0
}

/** Jobs that are left, in any state. */
async function countJobs(url: string): Promise<number> {
  return (await query(url, 'SELECT 1 FROM bullmq.job')).rowCount ?? 0
}

describe('a storage that is slow, with the queues in PostgreSQL,', () => {
  let database: Awaited<ReturnType<typeof provideDatabase>>
  let proxy: Awaited<ReturnType<typeof startTcpProxy>>
  let stack: Stack

  beforeAll(async () => {
    database = await provideDatabase()
    const url = new URL(database.url)
    proxy = await startTcpProxy({ host: url.hostname, port: Number(url.port) })
    url.port = `${proxy.port}`
    stack = await startStack({ env: { DATABASE_URL: url.href } })
    await storePhoto(stack)
  })
  afterAll(async () => {
    await stack?.[Symbol.asyncDispose]()
    await proxy?.[Symbol.asyncDispose]()
    await database?.[Symbol.asyncDispose]()
  })

  const links = () => countLinks(database.url)

  it('F37 makes nobody render twice, and fails nothing', async () => {
    const count = await createCounter(stack, stack)
    await proxy.set({ kind: 'delay', ms: 20 })
    await storeAll(stack, newPaths(), links)
    await proxy.set({ kind: 'none' })
    expect(await count()).toEqual({ renders: images, failed: 0 })
  })

  it('F37 may take its time for what it is given: it is no failure, and done once', async () => {
    const count = await createCounter(stack, stack)
    const lock = await holdLocks(database.url, 'LOCK TABLE bullmq.job, images IN EXCLUSIVE MODE')
    const stored = storeAll(stack, newPaths(), links)
    await delay(1500)
    await lock[Symbol.asyncDispose]()
    await stored
    await until(async () => (await countJobs(database.url)) === 0)
    // Jobs that were taken for failed are tried again every two seconds.
    await delay(2500)
    await until(async () => (await countJobs(database.url)) === 0)
    expect(await count()).toEqual({ renders: images, failed: 0 })
  })
})

describeUnless(ownRedisMissing, 'a storage that is slow, with the queues in Redis,', () => {
  let deployed: Deployed
  let renderer: Stack
  let api: Stack

  beforeAll(async () => {
    deployed = await provideDeployment()
    renderer = await deployed.start('renderer')
    api = await deployed.start('api')
    await deployed.start('uploader')
    await storePhoto(api)
  })
  afterAll(() => deployed?.[Symbol.asyncDispose]())

  it('F37 makes nobody render twice', async () => {
    const count = await createCounter(api, renderer)
    await deployed.proxies.redis.set({ kind: 'delay', ms: 8 })
    await deployed.proxies.database.set({ kind: 'delay', ms: 20 })
    await storeAll(api, newPaths(), () => countLinks(deployed.databaseUrl))
    // On a busy machine lookups may be late enough for the breaker of Redis: such renditions are queued a moment later.
    expect((await count()).renders).toBe(images)
  })
})
