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
const path = '/photo_321_123.jpg?fit=crop'

describeUnless(ownRedisMissing, 'a stampede on two apis', () => {
  let deployed: Deployed
  let apis: readonly Stack[]
  let uploader: Stack

  beforeAll(async () => {
    deployed = await provideDeployment()
    await deployed.start('renderer')
    apis = await Promise.all([deployed.start('api'), deployed.start('api')])
    uploader = await deployed.start('uploader')
    const photo = await makePhoto({ width: 1600, height: 1200, format: 'jpeg' })
    await store(apis[0]?.base ?? '', 'photo', photo)
  })
  afterAll(() => deployed?.[Symbol.asyncDispose]())

  async function sumOf(stacks: readonly Stack[], name: string, labels?: Record<string, string>) {
    const metrics = await Promise.all(stacks.map(({ admin }) => readMetrics(admin)))
    return metrics.reduce((sum, figures) => sum + figures.sum(name, labels), 0)
  }

  it('R12 1,000 requests at once for one new variant are one render, one job, one object and one link', async () => {
    const bases = apis.map(({ base }) => base)
    const answers = await Promise.all(
      Array.from({ length: requests }, (_, index) => ask(bases[index % 2] ?? '', path)),
    )
    expect(answers.filter(({ status }) => status !== 200 && status !== 307)).toEqual([])
    const bodies = answers.filter(({ status }) => status === 200).map(({ body }) => body)
    expect(bodies.every((body) => body.equals(bodies[0] as Buffer))).toBe(true)
    for (const base of bases) await askUntil(({ status }) => status === 307, base, path)
    expect(await sumOf(apis, 'iaas_renders_total')).toBe(1)
    expect(await sumOf(apis, 'iaas_persists_total', { result: 'scheduled' })).toBe(1)
    for (const queue of ['uploads', 'records']) {
      const done = { queue, result: 'done' }
      await until(async () => (await sumOf([uploader], 'iaas_jobs_total', done)) > 0)
      expect(await sumOf([uploader], 'iaas_jobs_total', done)).toBe(1)
    }
    const { rowCount } = await query(deployed.databaseUrl, 'SELECT 1 FROM images')
    expect(rowCount).toBe(1)
  })
})
