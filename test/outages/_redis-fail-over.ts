import { describeUnless } from '@iaas/testing/describe-unless'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { query } from '@iaas/testing/postgres'
import { until } from '@iaas/testing/until'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { type Deployed, provideDeployment } from '../support/deployed.ts'
import { ask, getToken, postToken, store, upload } from '../support/http.ts'
import { readMetrics } from '../support/metrics.ts'
import type { Stack } from '../support/stack.ts'
import { createObserver } from './_observations.ts'
import { writeFailOver } from './_outage-table.ts'

/** Servers of which one takes over from another. */
export type FailingOver = AsyncDisposable & {
  /** The variables by which the services find them. */
  readonly env: Readonly<Record<string, string>>
  killPrimary(): Promise<void>
  untilFailedOver(): Promise<void>
}

export type FailOverOptions<Servers extends FailingOver> = {
  /** The row of docs/threats/faults.md, and the servers. */
  readonly name: string
  /** Name in the table of fail-overs. */
  readonly fault: string
  readonly missing: string | undefined
  readonly start: () => Promise<Servers>
  /** More tests on the same servers. */
  readonly more?: (scene: () => { readonly servers: Servers; readonly deployed: Deployed }) => void
}

/** Tests the behaviour during a fail-over, for any kind of Redis. */
export function describeRedisFailOver<Servers extends FailingOver>(
  options: FailOverOptions<Servers>,
): void {
  const { name, fault, missing, start, more } = options
  describeUnless(missing, name, () => {
    let servers: Servers
    let deployed: Deployed
    let api: Stack
    let photo: Buffer
    let serial = 0

    beforeAll(async () => {
      servers = await start()
      deployed = await provideDeployment()
      api = await deployed.start('api', { env: servers.env })
      photo = await makePhoto({ width: 300, height: 200, format: 'jpeg' })
      await store(api.base, 'photo', photo)
    })
    afterAll(async () => {
      await deployed?.[Symbol.asyncDispose]()
      await servers?.[Symbol.asyncDispose]()
    })

    const newPath = () => `/photo_${(serial += 1)}_95.jpg`
    const jobs = async () =>
      (await readMetrics(api.admin)).sum('iaas_queue_jobs', { queue: 'uploads', state: 'waiting' })
    const links = async () =>
      Number((await query(deployed.databaseUrl, 'SELECT count(*) FROM images')).rows[0]?.['count'])

    it('loses no upload and no job when a primary is killed, and refuses no GET', async () => {
      const before = Array.from({ length: 20 }, newPath)
      for (const path of before) expect((await ask(api.base, path)).status).toBe(200)
      await until(async () => (await jobs()) === before.length)

      const observer = createObserver()
      const [during, uploads]: [string[], string[]] = [[], []]
      async function askAll(): Promise<void> {
        const [path, id] = [newPath(), `upload ${(serial += 1)}`]
        await observer.note('miss', () => ask(api.base, path))
        await observer.note('hit', () => ask(api.base, before[0] ?? ''))
        await observer.note('original', () => ask(api.base, '/photo.jpg'))
        await observer.note('token', () => postToken(api.base, { id: `token ${serial}` }))
        const token = await getToken(api.base, id)
        await observer.note('upload', () => upload(api.base, id, token, photo))
        during.push(path)
        uploads.push(id)
      }
      await servers.killPrimary()
      const killedAt = performance.now()
      const scene = { hasFailedOver: false }
      const failOver = servers.untilFailedOver().then(() => (scene.hasFailedOver = true))
      while (!scene.hasFailedOver || during.length < 3) await askAll()
      await failOver

      // Nobody asks for them again: their jobs are those of the promoted replica.
      await deployed.start('uploader', { env: servers.env })
      await until(async () => (await links()) >= before.length)
      const breaker = async () =>
        (await readMetrics(api.admin)).sum('iaas_breaker_open', { dependency: 'redis' })
      await until(async () => (await breaker()) === 0)
      const recoveryMs = performance.now() - killedAt
      const waiting = new Set([...before, ...during])
      await until(async () => {
        for (const path of waiting) {
          if ((await ask(api.base, path)).status === 307) waiting.delete(path)
        }
        return waiting.size === 0
      })
      for (const id of uploads) {
        const original = await ask(api.base, `/${encodeURIComponent(id)}.jpg`)
        expect(original.body.equals(photo)).toBe(true)
      }
      for (const kind of ['miss', 'hit', 'original', 'upload', 'token'] as const) {
        expect([kind, ...observer.of(kind).statuses]).toEqual([kind, 200])
      }
      await writeFailOver({ outage: { dependency: 'Redis', fault }, observer, recoveryMs })
    })

    more?.(() => ({ servers, deployed }))
  })
}
