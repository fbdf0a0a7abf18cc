import { existsSync } from 'node:fs'
import { describeUnless } from '@iaas/testing/describe-unless'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { ownRedisMissing } from '@iaas/testing/redis'
import { until } from '@iaas/testing/until'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { type Deployed, provideDeployment } from '../support/deployed.ts'
import { ask, askUntil, basic, json, store } from '../support/http.ts'
import { readMetrics } from '../support/metrics.ts'
import { childrenOf } from '../support/processes.ts'
import type { Stack } from '../support/stack.ts'

describeUnless(ownRedisMissing, 'several processes of the api behind one port', () => {
  let deployed: Deployed
  let api: Stack

  beforeAll(async () => {
    deployed = await provideDeployment()
    await deployed.start('renderer')
    await deployed.start('uploader')
    // As `npm run start:api` does.
    const credentials = { ADMIN_USER: 'admin', ADMIN_PASSWORD: 'secret' }
    const env = { API_PROCESSES: '2', LOG_LEVEL: 'info', ...credentials }
    const program = { entry: 'scripts/start.mjs', args: ['api'] }
    api = await deployed.start('api', { ...program, env })
    await store(api.base, 'photo', await makePhoto({ width: 300, height: 200, format: 'jpeg' }))
  })
  afterAll(() => deployed?.[Symbol.asyncDispose]())

  const processes = () => childrenOf(api.process.pid)

  it('answer as one, and are one to the operators', async () => {
    expect(processes()).toHaveLength(2)
    const before = (await readMetrics(api.admin)).sum('iaas_requests_total', { route: 'image' })
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => ask(api.base, '/photo_90_90.jpg')),
    )
    expect(answers.every(({ status }) => status === 200 || status === 307)).toBe(true)
    await askUntil(({ status }) => status === 307, api.base, '/photo_90_90.jpg')
    const metrics = await readMetrics(api.admin)
    const after = metrics.sum('iaas_requests_total', { route: 'image' })
    expect(after - before).toBeGreaterThanOrEqual(41)
    expect(metrics.sum('iaas_renders_total')).toBe(1)
    expect(metrics.sum('iaas_dependency_up', { dependency: 'database' })).toBe(1)
    expect(metrics.sum('iaas_request_duration_seconds_count', { route: 'image' })).toBe(after)
  })

  it('answer the management API on the admin listener of the primary process', async () => {
    const headers = basic('admin', 'secret')
    const answer = await ask(api.admin, '/_api/v1/originals/photo', { headers })
    expect([answer.status, json(answer)['width']]).toEqual([200, 300])
    const refused = await ask(api.admin, '/_api/v1/originals/photo')
    expect([refused.status, refused.headers['content-type']]).toEqual([
      401,
      'application/problem+json',
    ])
    await until(() => api.output().includes('"caller":"admin:admin"'))
    expect(api.output()).toMatch(/"caller":"admin:admin".*"client":"127\.0\.0\.1"/)
  })

  it('go on when one of them is killed, and are as many as before soon after', async () => {
    const [victim = 0, other] = processes()
    process.kill(victim, 'SIGKILL')
    const outcomes: (number | 'lost')[] = []
    for (let round = 0; round < 20; round += 1) {
      const answer = await ask(api.base, `/photo_${100 + round}_90.jpg`).catch(() => undefined)
      outcomes.push(answer?.status ?? 'lost')
    }
    // What the one had taken is lost with it; the other takes all the rest.
    const answered = outcomes.filter((outcome) => outcome !== 'lost')
    expect(new Set(answered)).toEqual(new Set([200]))
    expect(answered.length).toBeGreaterThanOrEqual(19)
    await until(() => processes().length === 2 && !processes().includes(victim))
    expect(processes()).toContain(other)
    expect((await ask(api.base, '/photo_200_90.jpg')).status).toBe(200)
    // Nothing is installed or compiled under those that are at work.
    expect(api.output().match(/^Building/gm)).toHaveLength(1)
  })

  it('end together, and leave nobody behind', async () => {
    const all = processes()
    expect(await api.stop()).toBe(0)
    expect(all.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([])
    await expect(ask(api.base, '/healthz')).rejects.toThrow('ECONNREFUSED')
  })
})
