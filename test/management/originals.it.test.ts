import { routes } from '@iaas/api/management/contract/routes'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { query } from '@iaas/testing/postgres'
import { until } from '@iaas/testing/until'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { databaseUrl } from '../support/database.ts'
import { type Ask, ask, askUntil, json, store } from '../support/http.ts'
import { type Stack, startStack } from '../support/stack.ts'
import { call, toApiKeys } from './_api.ts'

const keys = { reader: { key: 'a-key', scopes: ['originals:read'] } }
const addresses = [
  '/photo_20_20.jpg',
  '/photo_30_20.webp?fit=crop&gravity=north&quality=7',
  '/photo_20_20_2x.png?background=11223344&padding=3',
  '/photo_25_25.gif?grayscale=true',
]

describe('originals in the management API', () => {
  let stack: Stack

  beforeAll(async () => {
    stack = await startStack({ env: { API_KEYS: toApiKeys(keys) } })
    await store(stack.base, 'photo', await makePhoto({ width: 60, height: 40, format: 'jpeg' }))
  })
  afterAll(() => stack?.[Symbol.asyncDispose]())

  const get = (path: string, options?: Ask) =>
    call(stack.base, 'a-key', `/originals${path}`, options)
  const getOriginal = async (id: string) =>
    routes.getOriginal.answer.parse(json(await get(`/${id}`)))
  const list = async (queryText = '') =>
    routes.listVariants.answer.parse(json(await get(`/photo/variants${queryText}`)))

  it('describes an original as its facts do', async () => {
    const original = await getOriginal('photo')
    const facts = json(await ask(stack.base, '/photo.json'))
    for (const name of ['id', 'format', 'bytes', 'width', 'height', 'uploaded_at'] as const) {
      expect([name, original[name]]).toEqual([name, facts[name]])
    }
    expect(original.variants).toEqual({ count: 0, bytes: 0 })
  })

  it('counts and lists what is stored, each with an address that gives it', async () => {
    for (const address of addresses) {
      await ask(stack.base, address)
      await askUntil(({ status }) => status === 307, stack.base, address)
    }
    expect((await getOriginal('photo')).variants).toEqual({ count: addresses.length, bytes: null })
    const { items, next } = await list()
    expect([items.length, next]).toEqual([addresses.length, null])
    const times = items.map(({ rendered_at }) => Date.parse(rendered_at ?? ''))
    expect(times).toEqual(times.toSorted((one, other) => other - one))
    const stored = await Promise.all(addresses.map((address) => ask(stack.base, address)))
    const locations = new Set(stored.map(({ headers }) => headers.location))
    expect(new Set(items.map(({ digest }) => digest)).size).toBe(addresses.length)
    for (const { address, digest, bytes } of items) {
      const { status, headers } = await ask(stack.base, address ?? '')
      expect([address, status, locations.has(headers.location)]).toEqual([address, 307, true])
      expect(digest).toMatch(/^[\da-f]{64}$/)
      expect(bytes).toBeNull()
    }
    expect(items[2]?.address).toBe('/photo_30_20.webp?fit=crop&gravity=north&quality=7')
  })

  it('gives the variants on pages', async () => {
    const seen: (string | null)[] = []
    let cursor = ''
    do {
      const { items, next } = await list(`?limit=3${cursor}`)
      seen.push(...items.map(({ address }) => address))
      cursor = next === null ? '' : `&cursor=${encodeURIComponent(next)}`
    } while (cursor !== '')
    expect(seen).toEqual((await list('?limit=1000')).items.map(({ address }) => address))
  })

  it.each([
    'limit=0',
    'limit=1001',
    'limit=1e2',
    'limit=-1',
    'limit=',
    'limit=9'.repeat(2),
    'cursor=',
    'cursor=x',
    "cursor=1-'",
    `cursor=${'9'.repeat(30)}-${'a'.repeat(32)}`,
    'offset=1',
  ])('refuses a list with ?%s', async (text) => {
    const answer = await get(`/photo/variants?${text}`)
    expect([answer.status, json(answer)['type']]).toEqual([400, 'urn:iaas:problem:invalid-request'])
  })

  it('is 304 until something of the answer changes', async () => {
    const { headers } = await get('/photo')
    const ask304 = () => get('/photo', { headers: { 'If-None-Match': headers.etag ?? '' } })
    expect([(await ask304()).status, (await ask304()).body.length]).toEqual([304, 0])
    const url = await databaseUrl(stack)
    await query(
      url,
      `INSERT INTO images (id, x, y, fit, file_type, url) VALUES ('photo', 1, 1, 'clip', 'image/jpeg', 'u')`,
    )
    const changed = await ask304()
    expect([changed.status, changed.headers.etag === headers.etag]).toEqual([200, false])
    expect(changed.headers['cache-control']).toBe('private, no-cache')
    await query(url, `DELETE FROM images WHERE id = 'photo' AND x = 1`)
    await until(async () => (await ask304()).status === 304)
  })

  it('answers HEAD with the headers of GET', async () => {
    const [head, full] = [await get('/photo', { method: 'HEAD' }), await get('/photo')]
    expect([head.status, head.body.length]).toEqual([200, 0])
    for (const name of ['etag', 'content-type', 'content-length', 'cache-control']) {
      expect([name, head.headers[name]]).toEqual([name, full.headers[name]])
    }
  })

  it('finds ids whose characters need escapes, in either normal form', async () => {
    const id = 'caf\u00e9 & 1+2%.jpg'
    await store(stack.base, id, await makePhoto({ width: 6, height: 4, format: 'png' }))
    expect((await getOriginal(encodeURIComponent(id))).id).toBe(id)
    expect((await getOriginal(encodeURIComponent(id.normalize('NFD')))).id).toBe(id)
  })

  it.each(['/nobody', '/nobody/variants'])('is 404 at %s', async (path) => {
    const answer = await get(path)
    expect([answer.status, json(answer)['type']]).toEqual([
      404,
      'urn:iaas:problem:original-not-found',
    ])
  })
})
