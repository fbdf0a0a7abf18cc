import { once } from 'node:events'
import { utimes } from 'node:fs/promises'
import { describeUnless } from '@iaas/testing/describe-unless'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { query } from '@iaas/testing/postgres'
import { ownRedisMissing } from '@iaas/testing/redis'
import { until } from '@iaas/testing/until'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { type Deployed, type DependencyName, provideDeployment } from '../support/deployed.ts'
import { listFiles } from '../support/files.ts'
import { ask, getToken, postToken, store, upload } from '../support/http.ts'
import { readMetrics } from '../support/metrics.ts'
import type { Stack } from '../support/stack.ts'
import { type SlowUpload, startSlowUpload } from './_slow-upload.ts'

/** How often an api is ended under load: SIGTERM_ROUNDS=100 for the whole. */
const rounds = Number(process.env['SIGTERM_ROUNDS'] ?? 2)

describeUnless(ownRedisMissing, 'an api that ends', () => {
  let deployed: Deployed
  let other: Stack
  let photo: Buffer
  let serial = 0

  beforeAll(async () => {
    deployed = await provideDeployment()
    await deployed.start('renderer')
    other = await deployed.start('api')
    photo = await makePhoto({ width: 1200, height: 900, format: 'jpeg' })
    await store(other.base, 'photo', photo)
  })
  afterAll(() => deployed?.[Symbol.asyncDispose]())

  const newPath = () => `/photo_${(serial += 1)}_800.png`

  it('F15 by SIGTERM under load finishes every request that it has, and ends with 0', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const api = await deployed.start('api')
      const id = `ending ${(serial += 1)}`
      const begun = await startSlowUpload(api.base, id, await getToken(api.base, id), photo)
      const renders = Array.from({ length: 4 }, () => ask(api.base, newPath()))
      const inFlight = async () => (await readMetrics(api.admin)).sum('iaas_flights')
      await until(async () => (await inFlight()) > 0)
      const exited = once(api.process, 'exit')
      api.process.kill('SIGTERM')
      expect(await begun.finish()).toBe(200)
      for (const { status } of await Promise.all(renders)) expect(status).toBe(200)
      expect(await exited).toEqual([0, null])
      expect((await ask(other.base, `/${encodeURIComponent(id)}.jpg`)).body.equals(photo)).toBe(
        true,
      )
    }
  })

  const incoming = async () =>
    (await listFiles(`${deployed.env['ORIGINALS_DIR']}/.incoming`)).toSorted()
  const sql = (text: string) => query(deployed.databaseUrl, text)

  /** Makes what the killed api has left old, and has a new one sweep it at its start. */
  async function sweep(): Promise<void> {
    const old = new Date(Date.now() - 60 * 60_000)
    for (const file of await incoming()) await utimes(file, old, old)
    await sql(`UPDATE tokens SET claimed_at = claimed_at - claim_lease - interval '1 second'`)
    const api = await deployed.start('api')
    const open = 'SELECT 1 FROM tokens WHERE used = 1 AND uploaded_at IS NULL'
    await until(async () => (await sql(open)).rowCount === 0)
    await until(async () => (await incoming()).length === 0)
    await api.stop()
  }

  type Point = readonly [
    name: string,
    hung: DependencyName | undefined,
    reach: (begun: SlowUpload, id: string) => Promise<unknown>,
  ]
  const claimed = (id: string) => `SELECT 1 FROM tokens WHERE image_id = '${id}' AND used = 1`
  const originals = async () => (await listFiles(`${deployed.env['ORIGINALS_DIR']}/_hashed`)).length
  const points: readonly Point[] = [
    ['in the middle of the body', undefined, async () => {}],
    [
      'while the image is checked',
      'renderer',
      async (begun) => {
        void begun.finish()
        await until(async () => (await incoming()).length > 0)
      },
    ],
    [
      'between the file and its row',
      'database',
      async (begun) => {
        const before = await originals()
        void begun.finish()
        await until(async () => (await originals()) > before)
      },
    ],
  ]

  it.each(points)('F16 by SIGKILL %s leaves nothing half done', async (_name, hung, reach) => {
    const api = await deployed.start('api')
    const id = `killed ${(serial += 1)}`
    const token = await getToken(api.base, id)
    const begun = await startSlowUpload(api.base, id, token, photo)
    await until(async () => (await sql(claimed(id))).rowCount === 1)
    if (hung !== undefined) await deployed.proxies[hung].set({ kind: 'hang' })
    await reach(begun, id)
    const exited = once(api.process, 'exit')
    api.process.kill('SIGKILL')
    await exited
    begun.abort()
    if (hung !== undefined) await deployed.proxies[hung].set({ kind: 'none' })
    await sweep()
    const kept = await ask(other.base, `/${encodeURIComponent(id)}.jpg`)
    if (kept.status === 200) {
      expect(kept.body.equals(photo)).toBe(true)
      expect((await postToken(other.base, { id })).status).toBe(403)
    } else {
      expect(kept.status).toBe(404)
      await store(other.base, id, photo)
    }
  })

  it('F16 by SIGKILL right after an answer of 200 has lost nothing', async () => {
    const api = await deployed.start('api')
    const id = `durable ${(serial += 1)}`
    const answer = await upload(api.base, id, await getToken(api.base, id), photo)
    const exited = once(api.process, 'exit')
    api.process.kill('SIGKILL')
    await exited
    expect(answer.status).toBe(200)
    expect((await ask(other.base, `/${encodeURIComponent(id)}.jpg`)).body.equals(photo)).toBe(true)
    const { rows } = await sql(`SELECT uploaded_at FROM tokens WHERE image_id = '${id}'`)
    expect(rows[0]?.['uploaded_at']).not.toBeNull()
  })
})
