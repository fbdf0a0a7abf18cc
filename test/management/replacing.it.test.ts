import { createDiskOriginalStore } from '@iaas/common/disk/original-store'
import { parseImageId } from '@iaas/common/image'
import { query } from '@iaas/testing/postgres'
import { until } from '@iaas/testing/until'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Apis, provideApis } from '../support/apis.ts'
import { type Answer, type Ask, ask, json, postToken } from '../support/http.ts'
import type { Stack } from '../support/stack.ts'
import { colourOf, makeColour } from '../uploads/_replace.ts'
import { call, toApiKeys } from './_api.ts'

const key = 'a-key'
const keys = { writer: { key, scopes: ['originals:read', 'originals:write'] } }

describe('replacing through the management API', () => {
  let apis: Apis
  let stacks: readonly [Stack, Stack]
  let red: Buffer
  let blue: Buffer

  beforeAll(async () => {
    apis = await provideApis()
    const env = { API_KEYS: toApiKeys(keys), KEEP_VERSIONS: '1' }
    stacks = [await apis.start(env), await apis.start(env)]
    red = await makeColour('#f00')
    blue = await makeColour('#00f')
  })
  afterAll(() => apis?.[Symbol.asyncDispose]())

  const put = (id: string, body: Uint8Array, options: Ask = {}, racer = 0) =>
    call((stacks[racer % 2] as Stack).base, key, `/originals/${id}`, {
      method: 'PUT',
      ...options,
      headers: { 'Content-Length': `${body.length}`, ...options.headers },
      body,
    })
  const get = (id: string) => call(stacks[0].base, key, `/originals/${id}`)
  const link = (id: string) =>
    query(
      apis.databaseUrl,
      `INSERT INTO images (id, x, y, fit, file_type, url, rendered_at)
       VALUES ('${id}', 40, 40, 'clip', 'image/jpeg', 'u', now())`,
    )
  const typeOf = (answer: Answer) => [
    answer.status,
    String(json(answer)['type']).replace('urn:iaas:problem:', ''),
  ]
  const see = async (id: string) =>
    Promise.all(stacks.map(async ({ base }) => colourOf(await ask(base, `/${id}_20_20.jpg`))))

  it('creates an original or replaces it with replace=true, and describes the new one', async () => {
    const created = await put('anew?replace=true', red)
    expect([created.status, created.headers.location]).toEqual([201, '/_api/v1/originals/anew'])
    expect(await see('anew')).toEqual(['red', 'red'])
    const replaced = await put('anew?replace=true&focal=0.1,0.2', blue, {}, 1)
    expect([replaced.status, replaced.headers.location]).toEqual([200, undefined])
    expect(await see('anew')).toEqual(['blue', 'blue'])
    expect(json(replaced)['version']).not.toBe(json(created)['version'])
    expect(json(await get('anew'))['version']).toBe(json(replaced)['version'])
    expect(typeOf(await put('anew', red))).toEqual([409, 'id-taken'])
    expect(typeOf(await put('anew?replace=false', red))).toEqual([409, 'id-taken'])
  })

  it('T70 replaces with If-Match the version that the caller has seen, and no other', async () => {
    await put('matched', red)
    const { etag = '' } = (await get('matched')).headers
    // A variant that is stored meanwhile changes the tag, and not the version.
    await link('matched')
    expect((await get('matched')).headers.etag).not.toBe(etag)
    const match = (ifMatch: string) => put('matched', blue, { headers: { 'If-Match': ifMatch } })
    for (const wrong of ['"a"', `W/${etag}`, etag.replace('-', '-0'), etag.slice(1), ''])
      expect([wrong, ...typeOf(await match(wrong))]).toEqual([wrong, 412, 'precondition-failed'])
    expect(await see('matched')).toEqual(['red', 'red'])
    expect((await match(`"other", ${etag}`)).status).toBe(200)
    expect(await see('matched')).toEqual(['blue', 'blue'])
    expect(typeOf(await match(etag))).toEqual([412, 'precondition-failed'])
    expect((await match('*')).status).toBe(200)
    const missing = await put('missing', red, { headers: { 'If-Match': '*' } })
    expect(typeOf(missing)).toEqual([412, 'precondition-failed'])
    expect((await get('missing')).status).toBe(404)
  })

  it('T70 of many replacements of one image at once leaves one whole, and refuses the others', async () => {
    await put('raced', red)
    const { etag = '' } = (await get('raced')).headers
    const racers = Array.from({ length: 8 }, (_, racer) =>
      put(
        'raced',
        Buffer.concat([blue, Buffer.from(`racer ${racer}`)]),
        {
          headers: { 'If-Match': etag },
        },
        racer,
      ),
    )
    const answers = await Promise.all(racers)
    const won = answers.filter(({ status }) => status === 200)
    expect(won).toHaveLength(1)
    const refused = answers.filter(({ status }) => status !== 200).map((one) => typeOf(one)[1])
    expect(
      refused.every((type) => ['token-pending', 'precondition-failed'].includes(String(type))),
    ).toBe(true)
    expect(json(await get('raced'))['version']).toBe(json(won[0] as Answer)['version'])
    expect(await see('raced')).toEqual(['blue', 'blue'])
  })

  it('T70 is 410 for an image that was deleted, and 409 for one that is being replaced', async () => {
    await put('pending', red)
    await postToken(stacks[0].base, { id: 'pending', replace: true })
    const pending = await put('pending?replace=true', blue)
    expect(typeOf(pending)).toEqual([409, 'token-pending'])
    expect(Number(pending.headers['retry-after'])).toBeGreaterThan(0)
    await put('deleted', red)
    const originals = createDiskOriginalStore({ dir: `${apis.dataDir}/originals` })
    await originals.delete(parseImageId('deleted'), { keepGone: true })
    expect(typeOf(await put('deleted?replace=true', blue))).toEqual([410, 'original-gone'])
    const matched = await put('deleted', blue, { headers: { 'If-Match': '*' } })
    expect(typeOf(matched)).toEqual([410, 'original-gone'])
  })

  it('R82 restores an older version in every process, and answers or links nothing of the other one', async () => {
    const restore = (version: unknown, headers = {}, racer = 0) =>
      call(
        (stacks[racer] as Stack).base,
        key,
        `/originals/undone/versions/${String(version)}/restore`,
        {
          method: 'POST',
          headers,
        },
      )
    const list = async () => json(await get('undone/versions'))['items']
    const first = json(await put('undone', red))
    expect(await list()).toMatchObject([{ version: first['version'], is_current: true }])
    const second = json(await put('undone?replace=true', blue))
    expect(await see('undone')).toEqual(['blue', 'blue'])
    await link('undone')
    const { etag = '' } = (await get('undone')).headers

    const wrong = await restore(first['version'], { 'If-Match': '"another"' })
    expect(typeOf(wrong)).toEqual([412, 'precondition-failed'])
    expect(typeOf(await restore('unknown'))).toEqual([404, 'version-not-found'])
    expect(typeOf(await restore('..%2Funknown'))).toEqual([404, 'version-not-found'])
    const restored = await restore(first['version'], { 'If-Match': etag }, 1)
    expect([restored.status, json(restored)['version']]).toEqual([200, first['version']])
    expect(json(restored)['variants']).toEqual({ count: 0, bytes: 0 })
    expect(await see('undone')).toEqual(['red', 'red'])
    expect(await colourOf(await ask(stacks[1].base, '/undone.jpg'))).toBe('red')
    expect(await list()).toMatchObject([
      { version: first['version'], is_current: true, bytes: red.length },
      { version: second['version'], is_current: false, bytes: blue.length },
    ])
    // An answer that was lost is asked for again.
    expect((await restore(first['version'])).status).toBe(200)
    expect(typeOf(await call(stacks[0].base, key, '/originals/none/versions'))[0]).toBe(404)
  })

  it('R74 keeps the old version if the image is refused, and takes the next one at once', async () => {
    await put('kept', red)
    expect((await put('kept?replace=true', Buffer.from('no image'))).status).toBe(415)
    expect(await see('kept')).toEqual(['red', 'red'])
    await until(async () => (await put('kept?replace=true', blue)).status === 200)
    expect(await see('kept')).toEqual(['blue', 'blue'])
  })
})
