import { describeUnless } from '@iaas/testing/describe-unless'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { query } from '@iaas/testing/postgres'
import { ownRedisMissing } from '@iaas/testing/redis'
import { until } from '@iaas/testing/until'
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals'
import { provideDeployment } from '../support/deployed.ts'
import { ask, askUntil, getToken, postToken, store, upload } from '../support/http.ts'
import { readMetrics } from '../support/metrics.ts'
import { type OriginGroup, startOriginGroup } from '../support/origin-group.ts'
import type { Stack } from '../support/stack.ts'
import { type Kind, type Observer, createObserver, kinds } from './_observations.ts'
import { type OutageResult, readOutageTable, writeOutageTable } from './_outage-table.ts'
import { type Outage, type OutageScene, listOutages } from './_outages.ts'

/** What an answer takes at the most, those included that find the dependency gone, ms. */
const mostMs = {
  hit: 2500,
  object: 8000,
  miss: 6000,
  original: 1000,
  upload: 10_000,
  token: 2500,
} as const
/** The same of what needs the database, while that is gone. */
const refusedWithinMs = 1000
/** All is as before so long after the return, ms. */
const recoveredWithinMs = 5000
/** A job may be waiting for its next attempt, or for the lock of an uploader that was killed, ms. */
const storedWithinMs = 90_000
const rounds = 3

/** The row of docs/threats/faults.md, and what is wrong. */
const titles = {
  PostgreSQL: {
    refused: 'F1 with PostgreSQL that refuses',
    hung: 'F2 with PostgreSQL that hangs',
    slow: 'F2 with PostgreSQL that is slow',
    reset: 'F3 with PostgreSQL that resets',
    cut: 'F4 with PostgreSQL that breaks off',
  },
  Redis: {
    refused: 'F5 with Redis that refuses',
    hung: 'F6 with Redis that hangs',
    slow: 'F6 with Redis that is slow',
    reset: 'F5 with Redis that resets',
    cut: 'F5 with Redis that breaks off',
  },
  S3: {
    refused: 'F10 with S3 that refuses',
    hung: 'F11 with S3 that hangs',
    slow: 'F11 with S3 that is slow',
    reset: 'F10 with S3 that resets',
    cut: 'F11 with S3 that breaks off',
  },
  renderer: {
    refused: 'F13 with a renderer that refuses',
    hung: 'F14 with a renderer that hangs',
    slow: 'F14 with a renderer that is slow',
    reset: 'F13 with a renderer that resets',
    cut: 'F13 with a renderer that breaks off',
  },
  uploader: {
    refused: 'F18 with an uploader that is gone',
    hung: 'F17 with an uploader that hangs',
    slow: 'F18 with an uploader that limps',
    cut: 'F17 with an uploader that is killed',
  },
} as const satisfies Record<Outage['dependency'], Partial<Record<Outage['fault'], string>>>

const titleOf = ({ dependency, fault }: Outage): string =>
  (titles[dependency] as Partial<Record<Outage['fault'], string>>)[fault] ?? ''

describeUnless(ownRedisMissing, 'outages', () => {
  let scene: OutageScene
  let api: Stack
  /** A CDN in front of the bucket that falls back to the api, and caches nothing. */
  let cdn: OriginGroup
  let photo: Buffer
  let serial = 0
  const outages = listOutages(() => scene)
  const results: OutageResult[] = []
  const paths: string[] = []

  beforeAll(async () => {
    const deployed = await provideDeployment()
    await deployed.start('renderer')
    api = await deployed.start('api')
    scene = { deployed, uploader: await deployed.start('uploader') }
    const { s3 } = deployed.proxies
    cdn = await startOriginGroup(`http://127.0.0.1:${s3.port}`, api.base)
    photo = await makePhoto({ width: 300, height: 200, format: 'jpeg' })
    await store(api.base, 'photo', photo)
  })
  afterAll(async () => {
    await cdn?.[Symbol.asyncDispose]()
    await scene?.deployed[Symbol.asyncDispose]()
  })

  afterEach(() => {
    if (api.process.exitCode !== null) throw new Error(`The api has ended:\n${api.output()}`)
  })

  /** A variant that nobody has asked for. */
  function newPath(): string {
    const path = `/photo_${(serial += 1)}_99.jpg`
    paths.push(path)
    return path
  }

  /** A token, and then an upload with it, from before the outage. */
  async function prepareUpload(): Promise<{ readonly id: string; readonly token: string }> {
    const id = `upload ${(serial += 1)}`
    return { id, token: await getToken(api.base, id) }
  }

  async function observe(observer: Observer, known: string, object: string): Promise<void> {
    const first = await observer.note('miss', () => ask(api.base, newPath()))
    expect(first.status).toBe(200)
    for (let round = 0; round < rounds; round += 1) {
      const [original] = await Promise.all([
        observer.note('original', () => ask(api.base, '/photo.jpg')),
        observer.note('miss', () => ask(api.base, newPath())),
        observer.note('hit', () => ask(api.base, known)),
        observer.note('object', () => ask(cdn.base, object)),
        observer.note('token', () => postToken(api.base, { id: `token ${(serial += 1)}` })),
      ])
      expect(original.body.equals(photo)).toBe(true)
    }
    expect((await ask(api.base, '/nobody_1_1.jpg')).status).toBe(404)
  }

  /** Nobody pays for the outage again: calls are kept away from what an answer would wait for. */
  async function expectBreakerOpen({ dependency, fault }: Outage): Promise<void> {
    const isOnTheWay = ['PostgreSQL', 'Redis', 'renderer'].includes(dependency)
    if (!isOnTheWay || !['hung', 'refused'].includes(fault)) return
    expect((await readMetrics(api.admin)).sum('iaas_breaker_open')).toBeGreaterThan(0)
  }

  function expectWithin(observer: Observer, outage: Outage): void {
    const isRefused = (kind: Kind) =>
      outage.dependency === 'PostgreSQL' && (kind === 'upload' || kind === 'token')
    for (const kind of kinds) {
      const { statuses, slowestMs } = observer.of(kind)
      const wished = isRefused(kind) ? [503] : kind === 'hit' ? [200, 307] : [200]
      expect([kind, [...statuses].filter((status) => !wished.includes(status))]).toEqual([kind, []])
      expect([kind, slowestMs > mostMs[kind] ? slowestMs : 'in time']).toEqual([kind, 'in time'])
    }
  }

  /** @returns ms until calls go everywhere again, uploads are taken, and a new variant is stored */
  async function untilRecovered(): Promise<number> {
    const startedAt = performance.now()
    const isClosed = async () => (await readMetrics(api.admin)).sum('iaas_breaker_open') === 0
    await until(isClosed, recoveredWithinMs)
    await store(api.base, `after ${(serial += 1)}`, photo)
    await askUntil(({ status }) => status === 307, api.base, newPath())
    return performance.now() - startedAt
  }

  it.each(outages.map((outage) => [titleOf(outage), outage] as const))(
    '%s every GET of an original is answered in time, and all is well soon after',
    async (_title, outage) => {
      const known = newPath()
      const hit = await askUntil(({ status }) => status === 307, api.base, known)
      const object = new URL(hit.headers.location ?? '').pathname
      const { id, token } = await prepareUpload()
      const observer = createObserver()
      const end = await outage.begin()
      try {
        await observe(observer, known, object)
        await expectBreakerOpen(outage)
        await observer.note('upload', () => upload(api.base, id, token, photo))
      } finally {
        await end()
      }
      const recoveryMs = await untilRecovered()
      results.push({ outage, observer, recoveryMs })
      expectWithin(observer, outage)
      expect(recoveryMs).toBeLessThan(recoveredWithinMs)
    },
  )

  it.each(
    outages
      .filter(({ dependency }) => dependency === 'PostgreSQL')
      .map((outage) => [titleOf(outage), outage] as const),
  )(
    '%s uploads and /token are 503 with Retry-After within a second, the first one too',
    async (_title, outage) => {
      for (const isFirst of ['upload', 'token']) {
        const { id, token } = await prepareUpload()
        const end = await outage.begin()
        const requests = {
          upload: () => upload(api.base, id, token, photo),
          token: () => postToken(api.base, { id: 'another' }),
        }
        const order = isFirst === 'upload' ? [requests.upload, requests.token] : [requests.token]
        for (const request of [...order, ...order]) {
          const startedAt = performance.now()
          const { status, headers } = await request()
          expect([status, headers['retry-after']]).toEqual([503, '1'])
          expect(performance.now() - startedAt).toBeLessThan(refusedWithinMs)
        }
        await end()
        await untilRecovered()
      }
    },
  )

  it('F8 what was rendered during outages is stored in the end, each variant once', async () => {
    const waiting = new Set(paths)
    await until(async () => {
      for (const path of waiting) {
        if ((await ask(api.base, path)).status === 307) waiting.delete(path)
      }
      return waiting.size === 0
    }, storedWithinMs)
    const sql =
      'SELECT count(*)::int AS links, count(DISTINCT x)::int AS variants FROM images WHERE y = 99'
    const { rows } = await query(scene.deployed.databaseUrl, sql)
    expect(rows[0]?.['links']).toBe(rows[0]?.['variants'])
  })

  it('are written down, every one of them', async () => {
    if (process.env['WRITE_OUTAGES'] !== undefined) await writeOutageTable(results)
    const written = await readOutageTable()
    expect(written.toSorted()).toEqual(
      outages.map(({ dependency, fault }) => `${dependency} ${fault}`).toSorted(),
    )
  })
})
