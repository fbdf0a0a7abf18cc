import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { describeUnless } from '@iaas/testing/describe-unless'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { until } from '@iaas/testing/until'
import sharp from 'sharp'
import { type Answer, ask, askUntil, json, postToken, upload } from '../support/http.ts'
import { type Compose, composeUp, readCounters } from './_compose.ts'

const hasEngine = spawnSync('docker', ['version', '--format', '{{.Server.Version}}']).status === 0
const missing = hasEngine ? undefined : 'no Docker engine answers'
const secret = 'change-me-token-secret'
const isHit = ({ status }: Answer) => status === 307

describeUnless(missing, 'the compose project', () => {
  let compose: Compose
  let photo: Buffer

  beforeAll(async () => {
    compose = await composeUp({ api: 2, renderer: 2, uploader: 3 })
    photo = await makePhoto({ width: 600, height: 400, format: 'jpeg' })
    await store('photo')
  })
  afterAll(() => compose?.[Symbol.asyncDispose]())

  async function store(id: string): Promise<void> {
    const token = json(await postToken(compose.base, { id, secret }))['token'] as string
    expect((await upload(compose.base, id, token, photo)).status).toBe(200)
  }

  it('renders, then redirects to the edge, which has the same bytes from the bucket', async () => {
    const rendered = await ask(compose.base, '/photo_90_90.png')
    expect(await sharp(rendered.body).metadata()).toMatchObject({ format: 'png', width: 90 })
    const hit = await askUntil(isHit, compose.base, '/photo_90_90.png')
    const location = new URL(hit.headers.location as string)
    expect(location.origin).toBe(compose.base)
    const stored = await ask(compose.base, location.pathname)
    expect([stored.status, stored.headers['content-type']]).toEqual([200, 'image/png'])
    expect(stored.body.equals(rendered.body)).toBe(true)
  })

  it('links every one of many variants once, the work spread over three uploaders', async () => {
    const paths = Array.from({ length: 300 }, (_, index) => `/photo_${index + 100}_33.jpg`)
    for (let from = 0; from < paths.length; from += 30) {
      const batch = paths.slice(from, from + 30)
      const answers = await Promise.all(batch.map((path) => ask(compose.base, path)))
      expect(answers.map(({ status }) => status)).toEqual(batch.map(() => 200))
    }
    const sql = 'SELECT count(*), count(DISTINCT x) FROM images WHERE y = 33'
    const count = () =>
      compose.command('exec', '-T', 'postgres', 'psql', '-U', 'iaas', '-d', 'iaas', '-Atc', sql)
    await until(async () => (await count()).trim() === '300|300', 60_000)
    const done = await readCounters(compose, 'uploader', 3, /^iaas_jobs_total\{.*result="done"/)
    for (const jobs of done) expect(jobs).toBeGreaterThan(50)
  })

  it('says Vary: Accept through the edge, and keeps the formats apart', async () => {
    const path = '/photo_91_91.jpg?allow_webp=true'
    const webp = await ask(compose.base, path, { headers: { Accept: 'image/webp' } })
    const plain = await ask(compose.base, path)
    expect([webp.headers['content-type'], plain.headers['content-type']]).toEqual([
      'image/webp',
      'image/jpeg',
    ])
  })

  it('never shows metrics through the edge', async () => {
    expect((await ask(compose.base, '/metrics')).status).toBe(400)
  })

  it('a killed api costs no GET of an existing original', async () => {
    const asks = Array.from({ length: 200 }, (_, index) => async () => {
      const answer = await ask(compose.base, `/photo_${index + 500}_44.jpg`)
      return answer.status
    })
    const statuses: number[] = []
    const work = async () => {
      for (let next = asks.shift(); next !== undefined; next = asks.shift())
        statuses.push(await next())
    }
    const load = Promise.all([work(), work(), work(), work()])
    await until(() => statuses.length > 20)
    await compose.command('kill', '--signal', 'SIGKILL', 'uploader')
    const [first] = (await compose.command('ps', '-q', 'api')).trim().split('\n')
    spawnSync('docker', ['kill', first ?? ''])
    await load
    expect(new Set(statuses)).toEqual(new Set([200]))
  })

  it('runs read-only, without root and without capabilities', async () => {
    const script =
      "try { require('node:fs').writeFileSync('/app/x', 'x') } catch (e) { console.log(e.code, process.getuid()) }"
    for (const service of ['renderer', 'api']) {
      const text = await compose.command(
        'exec',
        '-T',
        '--index',
        '2',
        service,
        'node',
        '-e',
        script,
      )
      expect(text.trim()).toBe('EROFS 10001')
    }
  })
})
