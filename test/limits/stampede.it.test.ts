import { describeUnless } from '@iaas/testing/describe-unless'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { query } from '@iaas/testing/postgres'
import { ownRedisMissing } from '@iaas/testing/redis'
import { until } from '@iaas/testing/until'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { type Deployed, provideDeployment } from '../support/deployed.ts'
import { ask, askUntil, store } from '../support/http.ts'
import { readMetrics } from '../support/metrics.ts'
import type { Stack } from '../support/stack.ts'

const requests = 1000
const mostRounds = 5
/** The TTL of a lease that its holder is too busy to renew, ms. */
const leaseMs = 3000

describeUnless(ownRedisMissing, 'a stampede on two apis', () => {
  let deployed: Deployed
  let apis: readonly Stack[]
  let uploader: Stack

  beforeAll(async () => {
    deployed = await provideDeployment()
    await deployed.start('renderer')
    apis = await Promise.all([deployed.start('api'), deployed.start('api')])
    const started = await deployed.start('uploader')
    const answers = () => readMetrics(started.admin).then(Boolean, () => false)
    await until(answers)
    uploader = started
    const photo = await makePhoto({ width: 1600, height: 1200, format: 'jpeg' })
    await store(apis[0]?.base ?? '', 'photo', photo)
  })
  afterAll(() => deployed?.[Symbol.asyncDispose]())

  async function sumOf(stacks: readonly Stack[], name: string, labels?: Record<string, string>) {
    const metrics = await Promise.all(stacks.map(({ admin }) => readMetrics(admin)))
    return metrics.reduce((sum, figures) => sum + figures.sum(name, labels), 0)
  }

  /** Renders, scheduled renditions, jobs of each queue, and links. */
  async function countWork() {
    const done = (queue: string) => sumOf([uploader], 'iaas_jobs_total', { queue, result: 'done' })
    return {
      renders: await sumOf(apis, 'iaas_renders_total'),
      scheduled: await sumOf(apis, 'iaas_persists_total', { result: 'scheduled' }),
      uploads: await done('uploads'),
      records: await done('records'),
      links: (await query(deployed.databaseUrl, 'SELECT 1 FROM images')).rowCount ?? 0,
    }
  }

  const countLosses = () =>
    apis.reduce((sum, { output }) => sum + output().split('dependency lost').length - 1, 0)

  /**
   * Sends all requests for a new variant. Returns false if a starved process lost Redis or its lease meanwhile: each api
   * then renders by itself.
   */
  async function stampede(path: string, crowd: number): Promise<boolean> {
    const bases = apis.map(({ base }) => base)
    const [losses, startedAt] = [countLosses(), performance.now()]
    const answers = await Promise.all(
      Array.from({ length: crowd }, (_, index) => ask(bases[index % 2] ?? '', path)),
    )
    const isCalm = performance.now() - startedAt < leaseMs && countLosses() === losses
    expect(answers.filter(({ status }) => status !== 200 && status !== 307)).toEqual([])
    const bodies = answers.filter(({ status }) => status === 200).map(({ body }) => body)
    expect(bodies.every((body) => body.equals(bodies[0] as Buffer))).toBe(true)
    for (const base of bases) await askUntil(({ status }) => status === 307, base, path)
    return isCalm
  }

  it('R12 1,000 requests at once for one new variant are one render, one job, one object and one link', async () => {
    for (let round = 1; ; round += 1) {
      const before = await countWork()
      // A machine that does not keep up is given half the crowd.
      const crowd = Math.ceil(requests / 2 ** (round - 1))
      const isCalm = await stampede(`/photo_${320 + round}_123.jpg?fit=crop`, crowd)
      await until(async () => {
        const { scheduled, records } = await countWork()
        return records === scheduled
      })
      if (!isCalm && round < mostRounds) continue
      const expected = Object.entries(before).map(([name, count]) => [name, count + 1])
      expect(await countWork()).toEqual(Object.fromEntries(expected))
      return
    }
  })
})
