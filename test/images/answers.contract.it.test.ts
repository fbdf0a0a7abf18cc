import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { type Answer, ask, askLocation, askUntil, store } from '../support/http.ts'
import type { Target } from '../support/target-type.ts'
import { itWithoutEdge, startTarget } from '../support/target.ts'

describe('answers', () => {
  let target: Target

  beforeAll(async () => {
    target = await startTarget({ config: { timeout: { conversion: 1500 } } })
    await store(target.base, 'photo', await makePhoto({ width: 600, height: 400, format: 'jpeg' }))
  })
  afterAll(() => target[Symbol.asyncDispose]())

  const imageHeaders = {
    'access-control-allow-origin': '*',
    'cross-origin-resource-policy': 'cross-origin',
    'x-content-type-options': 'nosniff',
    'timing-allow-origin': '*',
    'content-security-policy': "default-src 'none'; sandbox",
  }

  it('200: a rendered image has validators, a year of life and its length', async () => {
    const answer = await ask(target.base, '/photo_100_100.jpg')
    expect(answer.status).toBe(200)
    expect(answer.headers).toMatchObject({
      ...imageHeaders,
      'cache-control': 'public, max-age=31536000',
      'content-length': `${answer.body.length}`,
    })
    expect(answer.headers.etag).toMatch(/^"[^"]+"$/)
    expect(Date.parse(answer.headers['last-modified'] ?? '')).toBeLessThanOrEqual(Date.now())
    expect(answer.headers['server-timing']).toMatch(/lookup;dur=[\d.]+.*render;dur=[\d.]+/)
  })

  it('200: an original has the same', async () => {
    const answer = await ask(target.base, '/photo.jpg')
    expect(answer.headers).toMatchObject({
      ...imageHeaders,
      'cache-control': 'public, max-age=31536000',
      'content-length': `${answer.body.length}`,
    })
    expect(answer.headers.etag).toBeTruthy()
    expect(answer.headers['last-modified']).toBeTruthy()
  })

  itWithoutEdge('304 for If-None-Match, without a render', async () => {
    const { headers } = await ask(target.base, '/photo_101_101.jpg', { method: 'HEAD' })
    const before = await target.countRenders()
    const again = { headers: { 'If-None-Match': headers.etag as string } }
    const answer = await ask(target.base, '/photo_101_101.jpg', again)
    expect([answer.status, answer.body.length, answer.headers.etag]).toEqual([304, 0, headers.etag])
    expect(await target.countRenders()).toBe(before)
  })

  it('304 for If-None-Match of a proxied hit as well', async () => {
    const path = '/photo_107_107.jpg?proxy=true'
    const { headers } = await ask(target.base, path)
    await askUntil(({ status }) => status === 307, target.base, '/photo_107_107.jpg')
    const answer = await ask(target.base, path, {
      headers: { 'If-None-Match': headers.etag as string },
    })
    expect([answer.status, answer.headers.etag]).toEqual([304, headers.etag])
  })

  itWithoutEdge(
    '304 whatever Cache-Control a request has, of variants, stored or not, and of originals',
    async () => {
      const isStored = ({ status }: Answer) => status === 307
      const stored = await askUntil(isStored, target.base, '/photo_108_108.jpg')
      const { pathname } = new URL(stored.headers.location ?? '', target.base)
      const proxied = '/photo_108_108.jpg?proxy=true'
      for (const path of ['/photo_109_109.jpg', '/photo.jpg', proxied, pathname]) {
        const { headers } = await ask(target.base, path, { method: 'HEAD' })
        for (const condition of [
          { 'If-None-Match': headers.etag as string },
          { 'If-Modified-Since': headers['last-modified'] as string },
        ]) {
          const again = { headers: { ...condition, 'Cache-Control': 'no-cache, max-age=0' } }
          const { status } = await ask(target.base, path, again)
          expect([path, condition, status]).toEqual([path, condition, 304])
        }
      }
    },
  )

  it('307 for a stored variant: Location, max-age, no X-Redirect-Info, and the same bytes there', async () => {
    const rendered = await ask(target.base, '/photo_102_102.webp')
    const answer = await askUntil(
      ({ status }) => status === 307,
      target.base,
      '/photo_102_102.webp',
    )
    expect(answer.headers).toMatchObject({ ...imageHeaders, 'cache-control': 'max-age=604800' })
    expect(answer.headers).not.toHaveProperty('x-redirect-info')
    const stored = await askLocation(target.base, answer)
    expect(stored.headers).toMatchObject({ ...imageHeaders, 'content-type': 'image/webp' })
    expect(stored.body.equals(rendered.body)).toBe(true)
  })

  it('200 simultaneous requests of one new variant make one render, one object and one link', async () => {
    await target.untilStored()
    const before = await target.countRenders()
    const objects = await target.countObjects()
    const answers = await Promise.all(
      Array.from({ length: 200 }, () => ask(target.base, '/photo_333_222.jpg?fit=crop')),
    )
    await askUntil(({ status }) => status === 307, target.base, '/photo_333_222.jpg?fit=crop')
    expect(await target.countRenders()).toBe(before + 1)
    expect(answers.every(({ status }) => status === 200 || status === 307)).toBe(true)
    const bodies = answers.filter(({ status }) => status === 200).map(({ body }) => body)
    expect(bodies.every((body) => body.equals(bodies[0] as Buffer))).toBe(true)
    const links = "SELECT 1 FROM images WHERE id = 'photo' AND x = 333 AND y = 222"
    expect(await target.query(links)).toBe(1)
    await target.untilStored()
    expect(await target.countObjects()).toBe(objects + 1)
  })

  it('links that an operator deletes are rendered anew and stored again', async () => {
    const path = '/photo_104_104.jpg'
    const first = await askUntil(({ status }) => status === 307, target.base, path)
    const purge = `DELETE FROM images WHERE ctid IN (SELECT ctid FROM images WHERE rendered_at < '2100-01-01' LIMIT 100)`
    await target.query(purge)
    await askUntil(({ status }) => status === 200, target.base, path)
    const second = await askUntil(({ status }) => status === 307, target.base, path)
    expect(second.headers.location).not.toBe(first.headers.location)
    expect((await askLocation(target.base, second)).status).toBe(200)
  })

  it('R21 proxy=true fetches from nowhere but its own store', async () => {
    const path = '/photo_105_105.jpg?proxy=true'
    await askUntil(({ status }) => status === 307, target.base, '/photo_105_105.jpg')
    const mislead =
      "UPDATE images SET url = 'http://127.0.0.1:1/secret' WHERE id = 'photo' AND x = 105"
    await target.query(mislead)
    const redirect = ({ headers }: Answer) => headers.location === 'http://127.0.0.1:1/secret'
    await askUntil(redirect, target.base, '/photo_105_105.jpg')
    const answer = await ask(target.base, path)
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'image/jpeg'])
  })

  it('a proxied hit whose object is gone is rendered, and stored again', async () => {
    const path = '/photo_106_106.jpg'
    const link = await askUntil(({ status }) => status === 307, target.base, path)
    await target.removeObjects()
    expect((await ask(target.base, `${path}?proxy=true`)).status).toBe(200)
    const isHealed = ({ headers }: Answer) =>
      headers.location !== undefined && headers.location !== link.headers.location
    const healed = await askUntil(isHealed, target.base, path)
    expect((await askLocation(target.base, healed)).status).toBe(200)
  })
})
