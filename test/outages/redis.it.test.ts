import { describeUnless } from '@iaas/testing/describe-unless'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { ownRedisMissing } from '@iaas/testing/redis'
import { until } from '@iaas/testing/until'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { type Deployed, provideDeployment } from '../support/deployed.ts'
import { ask, askUntil, store } from '../support/http.ts'
import { readMetrics } from '../support/metrics.ts'
import { shiftedClock } from '../support/shifted-clock.ts'
import type { Stack } from '../support/stack.ts'

/** Covers a pause of the circuit breakers and a few retries on a busy machine, ms. */
const patientMs = 150_000

describeUnless(ownRedisMissing, 'a Redis', () => {
  let deployed: Deployed
  let api: Stack
  let serial = 0

  beforeAll(async () => {
    deployed = await provideDeployment()
    api = await deployed.start('api')
    await store(api.base, 'photo', await makePhoto({ width: 300, height: 200, format: 'jpeg' }))
  })
  afterAll(() => deployed?.[Symbol.asyncDispose]())

  const newPaths = (count: number) =>
    Array.from({ length: count }, () => `/photo_${(serial += 1)}_96.jpg`)

  async function askAll(paths: readonly string[], status: number, of = api): Promise<void> {
    for (const path of paths) expect((await ask(of.base, path)).status).toBe(status)
  }

  /** Jobs are queued after the answers. */
  async function untilQueued(count: number): Promise<void> {
    await until(async () => {
      const metrics = await readMetrics(api.admin)
      return metrics.sum('iaas_queue_jobs', { queue: 'uploads', state: 'waiting' }) >= count
    })
  }

  const persists = async (result: string) =>
    (await readMetrics(api.admin)).sum('iaas_persists_total', { result })

  it('F42 that is full is a state of its own: told once in the log, in the readiness and as a metric', async () => {
    const linesOf = (stack: Stack) =>
      stack
        .output()
        .split('\n')
        .filter((line) => line.includes('"dependency":"redis"'))
        .map((line) => String((JSON.parse(line) as Record<string, unknown>)['message']))
    const uploader = await deployed.start('uploader')
    const before = linesOf(api).length
    const readiness = async () => (await ask(api.base, '/readyz')).body.toString()
    await deployed.redis.setMaxMemory('1kb')
    for (const path of newPaths(20)) await ask(api.base, path)
    await until(async () => (await readiness()).includes('"redis":"full"'))
    expect(
      (await readMetrics(api.admin)).sum('iaas_dependency_full', { dependency: 'redis' }),
    ).toBe(1)
    for (const path of newPaths(20)) await ask(api.base, path)
    await deployed.redis.setMaxMemory('0')
    await until(async () => (await readiness()).includes('"redis":"up"'))
    await until(() => linesOf(api).length - before >= 2)
    const told = ['dependency full: it refuses writes', 'dependency has room again']
    const lines = linesOf(api).slice(before)
    expect(lines.filter((line) => told.includes(line))).toEqual(told)
    // On a busy machine a lookup may be late; each refused write was an outage of its own.
    const outages = [...lines, ...linesOf(uploader)].filter((line) => !told.includes(line))
    expect(outages.length).toBeLessThan(20)
    await uploader.stop()
  })

  it('F9 that is full keeps no image from being answered, and what it refused is stored later', async () => {
    const [before] = newPaths(1) as [string]
    await ask(api.base, before)
    await deployed.redis.setMaxMemory('1kb')
    const refused = newPaths(10)
    const startedAt = performance.now()
    await askAll(refused, 200)
    expect(performance.now() - startedAt).toBeLessThan(15_000)
    await until(async () => (await persists('failed')) > 0)
    await deployed.redis.setMaxMemory('0')
    const uploader = await deployed.start('uploader')
    for (const path of [before, ...refused]) {
      await askUntil(({ status }) => status === 307, api.base, path)
    }
    await uploader.stop()
  })

  it('F8 that loses everything keeps no variant from being stored: the next request has it queued again', async () => {
    const everything = newPaths(5)
    await askAll(everything, 200)
    await deployed.redis.flushAll()
    // Its renditions have waited for longer than a rendition waits before it is queued again.
    const early = await deployed.start('api', { env: shiftedClock('-10m') })
    const jobsAlone = newPaths(3)
    await askAll(jobsAlone, 200, early)
    await untilQueued(jobsAlone.length)
    await deployed.redis.delete('iaas:uploads:*', 'iaas:records:*')
    await deployed.start('uploader')
    const waiting = new Set([...everything, ...jobsAlone])
    await until(async () => {
      for (const path of waiting) {
        if ((await ask(api.base, path)).status === 307) waiting.delete(path)
      }
      return waiting.size === 0
    }, patientMs)
  })
})
