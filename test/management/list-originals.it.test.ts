import { routes } from '@iaas/api/management/contract/routes'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { json, store } from '../support/http.ts'
import { type Stack, startStack } from '../support/stack.ts'
import { call, toApiKeys } from './_api.ts'

const keys = { shop: { key: 'a-key', scopes: ['originals:read', 'originals:write'] } }

describe('the list of originals in the management API', () => {
  let stack: Stack
  let image: Buffer

  beforeAll(async () => {
    stack = await startStack({ env: { API_KEYS: toApiKeys(keys) } })
    image = await makePhoto({ width: 60, height: 40, format: 'jpeg' })
    for (const id of ['a-1', 'a-2', 'b-1']) await store(stack.base, id, image)
  })
  afterAll(() => stack?.[Symbol.asyncDispose]())

  const ask = (query: string) => call(stack.base, 'a-key', `/originals?${query}`)
  const list = async (query: string) => routes.listOriginals.answer.parse(json(await ask(query)))
  const ids = async (query: string) => (await list(query)).items.map(({ id }) => id)
  const put = async (path: string, body: Buffer) =>
    call(stack.base, 'a-key', `/originals/${path}`, { method: 'PUT', body })

  it('R83 lists an original as soon as its upload, replacement or deletion is answered', async () => {
    expect(await ids('prefix=a-&sort=id')).toEqual(['a-1', 'a-2'])
    await put('a-3', image)
    const [created] = (await list('prefix=a-3')).items
    expect([created?.format, created?.width, created?.height, created?.bytes]).toEqual([
      'jpg',
      60,
      40,
      image.length,
    ])
    const png = await makePhoto({ width: 50, height: 30, format: 'png' })
    const replaced = json(await put('a-3?replace=true', png))
    const [listed] = (await list('prefix=a-3')).items
    expect([listed?.version, listed?.format]).toEqual([replaced['version'], 'png'])
    await call(stack.base, 'a-key', '/originals/a-3?wait=30', { method: 'DELETE' })
    expect(await ids('prefix=a-')).not.toContain('a-3')
  })

  it('gives pages that neither repeat nor skip one, although others are stored meanwhile', async () => {
    const first = await list('limit=1&sort=id&prefix=b-')
    expect(first.next).toBeNull()
    const seen: string[] = []
    let cursor = ''
    for (let page = 0; ; page += 1) {
      const { items, next } = await list(`limit=1&sort=-id${cursor}`)
      seen.push(...items.map(({ id }) => id))
      if (page === 0) await put('z-1', image)
      if (next === null) break
      cursor = `&cursor=${next}`
    }
    expect(seen).toEqual(seen.toSorted().toReversed())
    expect(seen).toEqual(expect.arrayContaining(['a-1', 'a-2', 'b-1']))
    expect(seen).not.toContain('z-1')
  })

  it.each([
    'sort=version',
    'sort=id;DROP TABLE originals',
    'sort=constructor',
    'prefix=%00',
    'prefix=',
    'limit=1001',
    'min_bytes=-1',
    'min_bytes=1e3',
    'format=exe',
    'uploaded_after=yesterday',
    'cursor=WyJieXRlcyJd',
    'cursor=%27',
    'sort=id&cursor=WyJieXRlcyIsMSwiYSJd',
  ])('T77 refuses %s', async (query) => {
    const { status } = await ask(query.replaceAll(' ', '%20'))
    expect(status).toBe(400)
  })

  it.each([
    'prefix=%25',
    'prefix=%27%20OR%20true--',
    'uploaded_after=0000-01-01T00:00:00Z&max_bytes=0',
  ])('T77 takes %s as a value', async (query) => {
    expect(await list(query)).toEqual({ items: [], next: null })
  })
})
