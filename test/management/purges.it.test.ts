import { makePhoto } from '@iaas/testing/images/make-photo'
import { until } from '@iaas/testing/until'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Answer, ask, askUntil, json, store } from '../support/http.ts'
import { listFiles } from '../support/files.ts'
import { type Stack, startStack } from '../support/stack.ts'
import { call, toApiKeys } from './_api.ts'

const key = 'the-key-of-purges'
const keys = { shop: { key, scopes: ['originals:read', 'originals:write', 'purge'] } }
const config = { presets: { card: '64x48?fit=crop', soft: '?blur=true' } }

describe('purges and deletions', () => {
  let stack: Stack

  beforeAll(async () => {
    const env = { API_KEYS: toApiKeys(keys), NODE_CONFIG: JSON.stringify(config) }
    stack = await startStack({ env })
  })
  afterAll(() => stack?.[Symbol.asyncDispose]())

  const post = (path: string, body: unknown) =>
    call(stack.base, key, path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    })
  const purge = async (body: unknown) => json(await post('/purges?wait=30', body))
  const objects = () => listFiles(`${stack.dataDir}/variants`)

  /** Stores an original, and its variants at these ends of addresses. */
  async function plant(id: string, ends: readonly string[]): Promise<void> {
    await store(stack.base, id, await makePhoto({ width: 120, height: 80, format: 'jpeg' }))
    for (const end of ends) await untilStored(`/${id}${end}`)
  }

  const untilStored = (path: string): Promise<Answer> =>
    askUntil(({ status }) => status === 307, stack.base, path)
  const isStored = async (path: string) => (await ask(stack.base, path)).status === 307

  it('deletes an original with everything that was made from it, and tells it in a receipt', async () => {
    await plant('portrait', ['_40_40.jpg', '_50_50.webp'])
    await ask(stack.base, '/portrait.json')
    const before = (await objects()).length
    const answer = await call(stack.base, key, '/originals/portrait?wait=30', { method: 'DELETE' })
    expect(answer.status).toBe(200)
    expect(json(answer)).toMatchObject({
      kind: 'delete',
      requested_by: 'shop',
      selector: { ids: ['portrait'] },
      state: 'verifying',
      finished_at: null,
      counts: { images: 1, links: 2, objects: 2, objects_later: 0, originals: 1 },
      old_objects: 'unknown',
      browsers: 'excluded',
      cdn: [],
      waiting_for: [],
      failures: [],
      effective_at: expect.any(String),
    })
    expect((await objects()).length).toBe(before - 2)
    for (const path of [
      '/portrait_40_40.jpg',
      '/portrait_7_7.jpg',
      '/portrait.jpg',
      '/portrait.json',
    ])
      expect([path, (await ask(stack.base, path)).status]).toEqual([path, 410])
    const again = await call(
      stack.base,
      key,
      answer.headers.location?.slice('/_api/v1'.length) ?? '',
    )
    expect(json(again)).toEqual(json(answer))
    const files = await listFiles(`${stack.dataDir}/originals`)
    expect(files.filter((file) => file.includes('/_copies/'))).toEqual([])
  })

  it('keeps the id of a deleted original taken, until a deletion frees it', async () => {
    await plant('name', ['_40_40.jpg'])
    const remove = (query: string) =>
      call(stack.base, key, `/originals/name?${query}`, { method: 'DELETE' })
    expect((await remove('wait=30')).status).toBe(200)
    const headers = { 'Content-Type': 'application/json' }
    const body = JSON.stringify({ id: 'name' })
    const token = () => ask(stack.base, '/token', { method: 'POST', headers, body })
    expect((await token()).status).toBe(403)
    expect(json(await remove('free_id=true&wait=30'))['state']).toBe('verifying')
    expect((await ask(stack.base, '/name.jpg')).status).toBe(404)
    await plant('name', [])
    expect((await ask(stack.base, '/name.jpg')).status).toBe(200)
  })

  it('answers a deletion of what was never there with 404', async () => {
    const answer = await call(stack.base, key, '/originals/never', { method: 'DELETE' })
    expect([answer.status, json(answer)['type']]).toEqual([
      404,
      'urn:iaas:problem:original-not-found',
    ])
  })

  it('purges the variants of named ids and keeps their objects for clients that remember redirects', async () => {
    await plant('kept', ['_40_40.jpg', '_41_41.jpg'])
    await plant('other', ['_40_40.jpg'])
    const before = (await objects()).length
    const receipt = await purge({ ids: ['kept', 'unknown'] })
    expect(receipt).toMatchObject({
      kind: 'purge',
      state: 'finished',
      counts: { images: 2, links: 2, objects: 0, objects_later: 2, originals: 0 },
    })
    expect((await objects()).length).toBe(before)
    expect(await isStored('/other_40_40.jpg')).toBe(true)
    expect((await ask(stack.base, '/kept_40_40.jpg')).status).toBe(200)
  })

  it('counts in a dry run and removes nothing', async () => {
    await plant('dry', ['_40_40.jpg', '_41_41.jpg'])
    const receipt = await purge({ ids: ['dry'], dry_run: true, now: true })
    expect(receipt).toMatchObject({
      state: 'finished',
      counts: { images: 1, links: 2, objects: 0 },
    })
    expect(await isStored('/dry_40_40.jpg')).toBe(true)
  })

  it('T68 takes a prefix literally', async () => {
    for (const id of ['a%b one', 'axb one', 'a-b one']) await plant(id, [])
    for (const id of ['a%25b%20one', 'axb%20one', 'a-b%20one'])
      await untilStored(`/${id}_40_40.jpg`)
    expect(await purge({ prefix: 'a%b', now: true })).toMatchObject({
      counts: { images: 1, links: 1 },
    })
    expect(await isStored('/axb%20one_40_40.jpg')).toBe(true)
    expect(await purge({ prefix: 'a_b', now: true })).toMatchObject({ counts: { images: 0 } })
  })

  it.each([
    ['format', { format: 'png' }, ['_40_40.png', '_44_44.png?blur=true']],
    ['preset', { preset: 'card' }, ['_64_48.jpg?fit=crop', '_64_48.webp?fit=crop']],
  ])('purges by %s', async (name, selector, ends) => {
    const others = ['_40_40.jpg', '_64_48.jpg', '_64_49.jpg?fit=crop']
    await plant(`by-${name}`, [...ends, ...others])
    const receipt = await purge({ ...selector, now: true })
    expect(receipt).toMatchObject({ state: 'verifying', failures: [] })
    expect((receipt['counts'] as { links: number }).links).toBeGreaterThanOrEqual(ends.length)
    for (const end of others)
      expect([end, await isStored(`/by-${name}${end}`)]).toEqual([end, true])
  })

  it('purges what was rendered before a time, and not what is newer', async () => {
    await plant('aged', ['_40_40.jpg'])
    const before = (await purge({ rendered_before: '2001-01-01T00:00:00Z', now: true }))['counts']
    expect(before).toMatchObject({ links: 0 })
    expect(await isStored('/aged_40_40.jpg')).toBe(true)
    const soon = new Date(Date.now() + 60_000).toISOString()
    await purge({ rendered_before: soon, now: true })
    expect((await ask(stack.base, '/aged_40_40.jpg')).status).toBe(200)
  })

  it('T68 purges everything only if that is said', async () => {
    for (const body of [
      {},
      { everything: false },
      { everything: 'true' },
      { now: true },
      { ids: [] },
    ]) {
      expect([body, (await post('/purges', body)).status]).toEqual([body, 400])
    }
    const two = await post('/purges', { everything: true, ids: ['a'] })
    expect([two.status, json(two)['type']]).toEqual([400, 'urn:iaas:problem:invalid-request'])
    const receipt = await purge({ everything: true, now: true })
    expect(receipt).toMatchObject({ state: 'verifying', failures: [] })
    await until(async () => (await objects()).length === 0)
  })

  it('T68 refuses selectors that cannot be meant', async () => {
    for (const body of [
      { prefix: '' },
      { ids: ['../x'] },
      { ids: Array.from({ length: 1001 }, (_, index) => `${index}`) },
      { format: 'tiff' },
      { preset: 'soft' },
      { preset: 'none' },
      { rendered_before: 'yesterday' },
      { ids: ['a'], per_minute: 0 },
      { ids: ['a'], delete: true },
    ]) {
      expect([body, (await post('/purges', body)).status]).toEqual([body, 400])
    }
  })

  it('collects garbage on request, and counts what it is', async () => {
    await plant('collected', ['_40_40.jpg'])
    expect((await post('/collections', {})).status).toBe(202)
    const latest = async () => json(await call(stack.base, key, '/collections'))['items']
    await until(async () => ((await latest()) as { state: string }[])[0]?.state === 'finished')
    expect(await latest()).toMatchObject([
      { requested_by: 'shop', dry_run: true, counts: { foreign: 0, garbage: 0 } },
    ])
    const cancelled = await post('/collections/cancel', {})
    expect([cancelled.status, json(cancelled)]).toEqual([200, { items: [] }])
  })

  it('pauses, resumes and cancels a gradual purge', async () => {
    // The purge rests for a minute after each of these links.
    for (const id of ['slow-1', 'slow-2', 'slow-3']) await plant(id, ['_9_9.jpg'])
    const { body } = await post('/purges', { prefix: 'slow-', per_minute: 1 })
    const { id } = JSON.parse(body.toString()) as { readonly id: string }
    const change = async (what: string) => {
      const answer = await call(stack.base, key, `/purges/${id}/${what}`, { method: 'POST' })
      return [answer.status, json(answer)['state'] ?? json(answer)['type']]
    }
    expect(await change('pause')).toEqual([200, 'paused'])
    expect(await change('resume')).toEqual([200, expect.stringMatching(/^(?:running|waiting)$/)])
    expect(await change('cancel')).toEqual([200, 'cancelled'])
    expect(await change('resume')).toEqual([409, 'urn:iaas:problem:purge-ended'])
    expect((await call(stack.base, key, '/purges/unknown')).status).toBe(404)
    expect((await call(stack.base, key, '/purges/%2e%2e')).status).toBe(404)
  })
})
