import { describeUnless } from '@iaas/testing/describe-unless'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { query } from '@iaas/testing/postgres'
import { ownRedisMissing } from '@iaas/testing/redis'
import { until } from '@iaas/testing/until'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { type Deployed, dependencies, provideDeployment } from '../support/deployed.ts'
import { type Answer, ask, askUntil, getToken, postToken, store, upload } from '../support/http.ts'
import { readMetrics } from '../support/metrics.ts'
import type { Stack } from '../support/stack.ts'
import type { Fault } from './tcp-proxy.ts'

/** What the first answer may take that finds a dependency gone: its deadline, once, and a render, ms. */
const firstAnswerMs = 6000
/** All is as before so long after its return, ms. */
const recoveryMs = 5000

const faults: readonly (readonly [string, Fault])[] = [
  ['refuses connections', { kind: 'refuse' }],
  ['hangs', { kind: 'hang' }],
  ['is slow', { kind: 'delay', ms: 3000 }],
  ['resets connections', { kind: 'reset' }],
  ['breaks off its answers', { kind: 'cut', afterBytes: 20 }],
]

describeUnless(ownRedisMissing, 'outages', () => {
  let deployed: Deployed
  let api: Stack
  let photo: Buffer
  let serial = 0

  beforeAll(async () => {
    deployed = await provideDeployment()
    await deployed.start('renderer')
    api = await deployed.start('api')
    await deployed.start('uploader')
    photo = await makePhoto({ width: 300, height: 200, format: 'jpeg' })
    await store(api.base, 'photo', photo)
  })
  afterAll(() => deployed?.[Symbol.asyncDispose]())

  afterEach(() => {
    if (api.process.exitCode !== null) throw new Error(`The api has ended:\n${api.output()}`)
  })

  const newPath = () => `/photo_${(serial += 1)}_99.jpg`

  async function timed(work: () => Promise<Answer>) {
    const startedAt = performance.now()
    const answer = await work()
    return { answer, ms: performance.now() - startedAt }
  }

  /** Calls go to every dependency again. */
  const untilRecovered = () =>
    until(async () => (await readMetrics(api.admin)).sum('iaas_breaker_open') === 0, recoveryMs)

  describe.each(dependencies)('of the %s', (name) => {
    it.each(faults)(
      'while it %s every GET of an original is answered, and all is well after',
      async (_name, fault) => {
        const known = newPath()
        await askUntil(({ status }) => status === 307, api.base, known)
        await deployed.proxies[name].set(fault)
        const first = await timed(() => ask(api.base, newPath()))
        expect(first.answer.status).toBe(200)
        expect(first.ms).toBeLessThan(firstAnswerMs)
        for (let round = 0; round < 5; round += 1) {
          const [miss, hit, original] = await Promise.all(
            [newPath(), known, '/photo.jpg'].map((path) => timed(() => ask(api.base, path))),
          )
          expect(miss?.answer.status).toBe(200)
          expect([200, 307]).toContain(hit?.answer.status)
          expect(original?.answer.body.equals(photo)).toBe(true)
          // Nobody pays for the outage again: the breaker is open.
          if (fault.kind === 'hang') expect(miss?.ms).toBeLessThan(1500)
        }
        expect((await ask(api.base, '/nobody_1_1.jpg')).status).toBe(404)
        await deployed.proxies[name].set({ kind: 'none' })
        const returnedAt = performance.now()
        const path = newPath()
        await askUntil(({ status }) => status === 307, api.base, path)
        await askUntil(({ status }) => status === 307, api.base, known)
        const id = `after ${name} ${serial}`
        await store(api.base, id, photo)
        await untilRecovered()
        expect(performance.now() - returnedAt).toBeLessThan(2 * recoveryMs)
      },
    )
  })

  it.each(faults)(
    'while the database %s uploads and /token are 503 with Retry-After, soon',
    async (_name, fault) => {
      const id = `waiting ${(serial += 1)}`
      const token = await getToken(api.base, id)
      await deployed.proxies.database.set(fault)
      for (let round = 0; round < 3; round += 1) {
        const issued = await timed(() => postToken(api.base, { id: 'another' }))
        const uploaded = await timed(() => upload(api.base, id, token, photo))
        for (const { answer, ms } of [issued, uploaded]) {
          expect([answer.status, answer.headers['retry-after']]).toEqual([503, '1'])
          expect(ms).toBeLessThan(2000)
        }
      }
      await deployed.proxies.database.set({ kind: 'none' })
      await untilRecovered()
      const answer = await upload(api.base, id, token, photo)
      expect([200, 403]).toContain(answer.status)
    },
  )

  it('what was rendered during outages is stored in the end, each variant once', async () => {
    const paths = Array.from({ length: serial }, (_, index) => `/photo_${index + 1}_99.jpg`)
    for (const path of paths) {
      const answer = await ask(api.base, path)
      if (answer.status !== 404) await askUntil(({ status }) => status === 307, api.base, path)
    }
    const sql =
      'SELECT count(*)::int AS links, count(DISTINCT x)::int AS variants FROM images WHERE y = 99'
    const { rows } = await query(deployed.databaseUrl, sql)
    expect(rows[0]?.['links']).toBe(rows[0]?.['variants'])
  })
})

describeUnless(ownRedisMissing, 'a start while everything else is down', () => {
  it('serves originals, and all the rest once it is there', async () => {
    await using deployed = await provideDeployment()
    const first = await deployed.start('api')
    const photo = await makePhoto({ width: 300, height: 200, format: 'jpeg' })
    await store(first.base, 'photo', photo)
    await first.stop()
    for (const name of dependencies) await deployed.proxies[name].set({ kind: 'refuse' })
    const api = await deployed.start('api')
    await deployed.start('uploader')
    expect((await ask(api.base, '/photo.jpg')).body.equals(photo)).toBe(true)
    expect((await ask(api.base, '/photo_20_20.jpg')).status).toBe(200)
    expect((await postToken(api.base, { id: 'new' })).status).toBe(503)
    for (const name of dependencies) await deployed.proxies[name].set({ kind: 'none' })
    await askUntil(({ status }) => status === 307, api.base, '/photo_20_20.jpg')
    await store(api.base, 'new', photo)
  })
})
