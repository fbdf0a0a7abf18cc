import { describeUnless } from '@iaas/testing/describe-unless'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { ownRedisMissing } from '@iaas/testing/redis'
import { until } from '@iaas/testing/until'
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals'
import { type Deployed, provideDeployment } from '../support/deployed.ts'
import { type Answer, ask, askUntil, json, store } from '../support/http.ts'
import type { Stack } from '../support/stack.ts'
import { call, toApiKeys } from './_api.ts'

const key = 'the-key-of-outages'
const scopes = ['originals:read', 'originals:write', 'purge']

describeUnless(ownRedisMissing, 'a deletion with the services apart', () => {
  let deployed: Deployed
  let api: Stack
  let other: Stack
  let serial = 0

  beforeAll(async () => {
    deployed = await provideDeployment()
    const env = { API_KEYS: toApiKeys({ shop: { key, scopes } }) }
    await deployed.start('renderer')
    api = await deployed.start('api', { env })
    other = await deployed.start('api', { env })
    await deployed.start('uploader')
  })
  afterAll(() => deployed?.[Symbol.asyncDispose]())
  afterEach(async () => {
    for (const name of ['database', 'redis', 's3'] as const) {
      await deployed.proxies[name].set({ kind: 'none' })
    }
  })

  /** Stores an original and a variant, known to both apis. Returns the address of its object. */
  async function plant(): Promise<{ readonly id: string; readonly object: string }> {
    const id = await store(
      api.base,
      `photo-${(serial += 1)}`,
      await makePhoto({ width: 90, height: 60, format: 'jpeg' }),
    )
    const path = `/${id}_40_40.jpg`
    const { headers } = await askUntil(({ status }) => status === 307, api.base, path)
    await askUntil(({ status }) => status === 307, other.base, path)
    return { id, object: headers.location ?? '' }
  }

  const remove = (id: string, wait = 0) =>
    call(api.base, key, `/originals/${id}?wait=${wait}`, { method: 'DELETE' })
  const receiptOf = async (deletion: Answer) => {
    const path = String(deletion.headers.location).slice('/_api/v1'.length)
    return json(await call(api.base, key, path))
  }
  const untilRemoved = (deletion: Answer) =>
    until(async () => (await receiptOf(deletion))['state'] === 'verifying')
  const statusesOf = async (id: string) => {
    const asked = [api, other].map(({ base }) => ask(base, `/${id}_40_40.jpg`))
    return (await Promise.all(asked)).map(({ status }) => status)
  }

  it('takes effect on every api, and the object is gone', async () => {
    const { id, object } = await plant()
    expect((await fetch(object)).status).toBe(200)
    const deletion = await remove(id, 30)
    expect(json(deletion)).toMatchObject({ state: 'verifying', counts: { links: 1, objects: 1 } })
    expect(await statusesOf(id)).toEqual([410, 410])
    expect((await fetch(object)).status).toBe(404)
  })

  it('F51 takes effect while the bucket is away, says so, and ends once it is back', async () => {
    const { id, object } = await plant()
    await deployed.proxies.s3.set({ kind: 'refuse' })
    const deletion = await remove(id)
    expect(deletion.status).toBe(202)
    await until(async () => ((await receiptOf(deletion))['failures'] as unknown[]).length > 0)
    expect(await receiptOf(deletion)).toMatchObject({
      state: 'running',
      effective_at: expect.any(String),
      finished_at: null,
      counts: { links: 1, originals: 1, objects: 0 },
    })
    expect(await statusesOf(id)).toEqual([410, 410])
    await deployed.proxies.s3.set({ kind: 'none' })
    await untilRemoved(deletion)
    expect((await fetch(object)).status).toBe(404)
  })

  it('F51 is recorded while Redis is away, and done once it is back', async () => {
    const { id, object } = await plant()
    await deployed.proxies.redis.set({ kind: 'refuse' })
    const deletion = await remove(id)
    expect([deletion.status, json(deletion)['state']]).toEqual([202, 'waiting'])
    await deployed.proxies.redis.set({ kind: 'none' })
    await untilRemoved(deletion)
    expect((await fetch(object)).status).toBe(404)
  })

  it('F51 is refused while PostgreSQL is away, and changes nothing', async () => {
    const { id, object } = await plant()
    await deployed.proxies.database.set({ kind: 'refuse' })
    const deletion = await remove(id)
    expect([deletion.status, json(deletion)['type']]).toEqual([
      503,
      'urn:iaas:problem:store-unavailable',
    ])
    expect(deletion.headers['retry-after']).toBeDefined()
    await deployed.proxies.database.set({ kind: 'none' })
    expect((await fetch(object)).status).toBe(200)
    await askUntil(({ status }) => status === 307, api.base, `/${id}_40_40.jpg`)
  })

  it('F52 names an api that has not acted on it, and takes effect once that has', async () => {
    const { id } = await plant()
    other.process.kill('SIGSTOP')
    try {
      const deletion = await remove(id)
      await until(
        async () => ((await receiptOf(deletion))['waiting_for'] as unknown[]).length === 1,
      )
      expect(await receiptOf(deletion)).toMatchObject({ effective_at: null, finished_at: null })
      other.process.kill('SIGCONT')
      await untilRemoved(deletion)
      expect(await receiptOf(deletion)).toMatchObject({ waiting_for: [], failures: [] })
    } finally {
      other.process.kill('SIGCONT')
    }
    expect(await statusesOf(id)).toEqual([410, 410])
  })
})
