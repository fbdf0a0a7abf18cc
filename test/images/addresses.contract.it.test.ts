import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { makePhoto } from '@iaas/testing/images/make-photo'
import sharp from 'sharp'
import { ask, askUntil, store } from '../support/http.ts'
import type { Target } from '../support/target-type.ts'
import { itWithoutEdge, startTarget } from '../support/target.ts'

describe('addresses', () => {
  let target: Target
  let photo: Buffer

  beforeAll(async () => {
    target = await startTarget()
    photo = await makePhoto({ width: 600, height: 400, format: 'jpeg' })
    await store(target.base, 'photo', photo)
  })
  afterAll(() => target[Symbol.asyncDispose]())

  it('GET /{id}_{width}_{height}.{format} is the image inside the box', async () => {
    const answer = await ask(target.base, '/photo_150_150.jpg')
    expect(answer.status).toBe(200)
    expect(answer.headers['content-type']).toBe('image/jpeg')
    expect(await sharp(answer.body).metadata()).toMatchObject({
      format: 'jpeg',
      width: 150,
      height: 100,
      isProgressive: true,
      space: 'srgb',
    })
  })

  it.each([
    ['_2x', 300, 200],
    ['_13x', 1950, 1300],
  ])(
    'GET /{id}_{width}_{height}%s is the same box times the scale',
    async (scale, width, height) => {
      const answer = await ask(target.base, `/photo_150_150${scale}.png`)
      expect(answer.status).toBe(200)
      expect(await sharp(answer.body).metadata()).toMatchObject({ format: 'png', width, height })
    },
  )

  it('GET /{id}.{format} is the original byte for byte, with its true Content-Type, whatever the format and options', async () => {
    for (const path of [
      '/photo.jpg',
      '/photo.png',
      '/photo.webp?fit=crop&quality=nonsense&blur=true',
    ]) {
      const answer = await ask(target.base, path)
      expect(answer.status).toBe(200)
      expect(answer.headers['content-type']).toBe('image/jpeg')
      expect(answer.body.equals(photo)).toBe(true)
    }
  })

  it('HEAD has the status and headers of the GET, no body, and never renders', async () => {
    const before = await countRenders()
    const head = await ask(target.base, '/photo_77_77.jpg', { method: 'HEAD' })
    expect(await countRenders()).toBe(before)
    const get = await ask(target.base, '/photo_77_77.jpg')
    expect(await countRenders()).toBe(before + 1)
    expect(head.status).toBe(get.status)
    expect(head.body).toHaveLength(0)
    for (const name of ['content-type', 'etag', 'last-modified', 'cache-control']) {
      expect([name, head.headers[name]]).toEqual([name, get.headers[name]])
    }
    const hit = await askUntil(({ status }) => status === 307, target.base, '/photo_77_77.jpg')
    const headOfHit = await askUntil(
      ({ status }) => status === 307,
      target.base,
      '/photo_77_77.jpg',
      {
        method: 'HEAD',
      },
    )
    expect(headOfHit.headers.location).toBe(hit.headers.location)
    const headOfOriginal = await ask(target.base, '/photo.jpg', { method: 'HEAD' })
    expect(headOfOriginal.headers['content-length']).toBe(`${photo.length}`)
    expect(headOfOriginal.body).toHaveLength(0)
  })

  it('takes whole addresses in the request line', async () => {
    const whole = (path: string) => new URL(path, target.base).href
    expect((await ask(target.base, whole('/_health'))).body.toString()).toBe('OK')
    const answer = await ask(target.base, whole('/photo_41_41.jpg'))
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'image/jpeg'])
    expect((await ask(target.base, whole('/nobody_41_41.jpg'))).status).toBe(404)
  })

  it('GET /_health is 200 OK while the database answers', async () => {
    const answer = await ask(target.base, '/_health')
    expect([answer.status, answer.body.toString()]).toEqual([200, 'OK'])
  })

  it('GET /healthz and /readyz tell that it lives and can serve', async () => {
    expect((await ask(target.base, '/healthz')).status).toBe(200)
    expect((await ask(target.base, '/readyz')).status).toBe(200)
  })

  it('GET /robots.txt keeps everyone out', async () => {
    const answer = await ask(target.base, '/robots.txt')
    expect(answer.status).toBe(200)
    expect(answer.body.toString()).toMatch(/^User-agent: \*\nDisallow: \/$/m)
  })

  it('GET /favicon.ico is 404', async () => {
    expect((await ask(target.base, '/favicon.ico')).status).toBe(404)
  })

  it('reads the path from the right, so that an id may hold underscores, dots and numbers', async () => {
    for (const id of [
      'my_image',
      'a.b_c',
      'v_2',
      '100_100',
      'x_1_y_2',
      'ünï çödé',
      '100%',
      'a_b_2x',
    ]) {
      await store(target.base, id, photo)
      const answer = await ask(target.base, `/${encodeURIComponent(id)}_30_20.png`)
      expect([id, answer.status]).toEqual([id, 200])
    }
  })

  it('knows both Unicode spellings of an id as one image', async () => {
    await store(target.base, 'caf\u0065\u0301', photo)
    expect((await ask(target.base, `/${encodeURIComponent('caf\u00e9')}_30_20.png`)).status).toBe(
      200,
    )
  })

  it.each(['jpg', 'jpeg', 'jfif', 'jpe', 'JPG', 'JpEg'])(
    'takes .%s for JPEG',
    async (extension) => {
      const answer = await ask(target.base, `/photo_40_40.${extension}?proxy=true`)
      expect(answer.status).toBe(200)
      expect(answer.headers['content-type']).toBe('image/jpeg')
    },
  )

  it.each(['svg', 'bmp', '', 'jpg2'])('refuses the format ".%s" with 400', async (extension) => {
    expect((await ask(target.base, `/photo_40_40.${extension}`)).status).toBe(400)
  })

  itWithoutEdge('serves ranges and validators of an original', async () => {
    const whole = await ask(target.base, '/photo.jpg')
    expect(whole.headers['accept-ranges']).toBe('bytes')
    const part = await ask(target.base, '/photo.jpg', { headers: { Range: 'bytes=10-19' } })
    expect(part.status).toBe(206)
    expect(part.body.equals(photo.subarray(10, 20))).toBe(true)
    expect(whole.headers['server-timing']).toMatch(/^lookup;dur=[\d.]+$/)
    const etag = whole.headers.etag as string
    const rest = await ask(target.base, '/photo.jpg', {
      headers: { Range: 'bytes=20-', 'If-Range': etag },
    })
    expect([rest.status, rest.body.equals(photo.subarray(20))]).toEqual([206, true])
    const beyond = await ask(target.base, '/photo.jpg', { headers: { Range: 'bytes=99999999-' } })
    expect([
      beyond.status,
      beyond.headers['content-range'],
      beyond.headers['content-type'],
    ]).toEqual([416, `bytes */${photo.length}`, 'application/problem+json'])
    const other = await ask(target.base, '/photo.jpg', { headers: { 'If-Match': '"other"' } })
    expect([other.status, other.headers['cache-control']]).toEqual([412, 'no-store'])
    const again = await ask(target.base, '/photo.jpg', { headers: { 'If-None-Match': etag } })
    expect([again.status, again.body.length]).toEqual([304, 0])
  })

  const countRenders = () => target.countRenders()
})
