import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { makeAnimatedGif } from '@iaas/testing/images/make-animation'
import { makeGif } from '@iaas/testing/images/make-gif'
import { makePhoto } from '@iaas/testing/images/make-photo'
import sharp from 'sharp'
import { ask, askLocation, askUntil, getToken, json, multipart, store } from '../support/http.ts'
import type { Target } from '../support/target-type.ts'
import { startTarget } from '../support/target.ts'

const small = { width: 60, height: 40 }
const accepting = (accept: string) => ({ headers: { Accept: accept } })

function makeLongGif(frames: number): Buffer {
  const whole = { left: 0, top: 0, ...small }
  return makeGif({
    ...small,
    frames: Array.from({ length: frames }, (_, at) => ({ ...whole, colour: at % 2 })),
    palette: [
      [255, 0, 0],
      [0, 0, 255],
    ],
  })
}

describe('formats of renditions', () => {
  let target: Target
  let photo: Buffer

  beforeAll(async () => {
    target = await startTarget()
    photo = await makePhoto({ width: 600, height: 400, format: 'jpeg' })
    await store(target.base, 'photo', photo)
    await store(target.base, 'clear', await makePhoto({ ...small, format: 'png', alpha: true }))
    await store(target.base, 'moving', await makeAnimatedGif(60, 40, 4))
    await store(target.base, 'endless', makeLongGif(301))
    await store(target.base, 'solid', await makePhoto({ ...small, format: 'png' }))
  })
  afterAll(() => target[Symbol.asyncDispose]())

  it('.avif is AVIF when it is rendered, from the store and through the service', async () => {
    const path = '/photo_150_150.avif'
    const rendered = await ask(target.base, path)
    expect([rendered.status, rendered.headers['content-type']]).toEqual([200, 'image/avif'])
    expect(await sharp(rendered.body).metadata()).toMatchObject({
      compression: 'av1',
      width: 150,
      height: 100,
    })
    const link = await askUntil(({ status }) => status === 307, target.base, path)
    const stored = await askLocation(target.base, link)
    expect([stored.status, stored.headers['content-type']]).toEqual([200, 'image/avif'])
    expect(stored.body.equals(rendered.body)).toBe(true)
    const proxied = await ask(target.base, `${path}?proxy=true`)
    expect([proxied.status, proxied.headers['content-type']]).toEqual([200, 'image/avif'])
  })

  it('.avif without a size is the original, unchanged', async () => {
    const answer = await ask(target.base, '/photo.avif')
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'image/jpeg'])
    expect(answer.body.equals(photo)).toBe(true)
  })

  it.each([
    ['image/avif,image/webp,image/apng,*/*;q=0.8', 'image/avif'],
    ['image/webp,*/*', 'image/webp'],
    ['image/avif;q=0,image/webp;q=0.1', 'image/webp'],
    ['image/*,*/*', 'image/jpeg'],
    ['', 'image/jpeg'],
  ])('R53 .auto for Accept: %s is %s, rendered, stored and on 304', async (accept, mime) => {
    const path = '/photo_140_140.auto'
    const client = accepting(accept)
    const head = await ask(target.base, path, { ...client, method: 'HEAD' })
    const first = await ask(target.base, path, client)
    const isRendered = first.status === 200
    expect([head.headers.vary, first.headers.vary]).toEqual(['Accept', 'Accept'])
    expect(isRendered ? first.headers['content-type'] : mime).toBe(mime)
    const link = await askUntil(({ status }) => status === 307, target.base, path, client)
    expect(link.headers.vary).toBe('Accept')
    const stored = await askLocation(target.base, link)
    expect(stored.headers['content-type']).toBe(mime)
    const proxied = await ask(target.base, `${path}?proxy=true`, client)
    expect([proxied.headers['content-type'], proxied.headers.vary]).toEqual([mime, 'Accept'])
    const fresh = await ask(target.base, `${path}?proxy=true`, {
      headers: { ...client.headers, 'If-None-Match': proxied.headers.etag as string },
    })
    expect([fresh.status, fresh.headers.vary]).toEqual([304, 'Accept'])
  })

  it('R53 .auto shares the stored object with the address of the format', async () => {
    const webp = await askUntil(
      ({ status }) => status === 307,
      target.base,
      '/photo_141_141.auto',
      accepting('image/webp'),
    )
    const named = await ask(target.base, '/photo_141_141.webp')
    expect([named.status, named.headers.location]).toEqual([307, webp.headers.location])
    expect(named.headers.vary).toBeUndefined()
  })

  it('R54 .auto for a client that accepts neither is PNG only if a pixel is not opaque', async () => {
    const typeOf = async (path: string) =>
      (await ask(target.base, path, accepting('*/*'))).headers['content-type']
    expect(await typeOf('/clear_30_30.auto')).toBe('image/png')
    expect(await typeOf('/solid_30_30.auto')).toBe('image/jpeg')
    const both = await ask(target.base, '/clear_30_30.auto', accepting('image/avif,image/webp'))
    expect((await sharp(both.body).metadata()).hasAlpha).toBe(true)
  })

  it('R53 .auto says Vary: Accept on redirects within the bounds and on errors', async () => {
    const beyond = await ask(target.base, '/photo_4000_4000.auto')
    expect([beyond.status, beyond.headers.location, beyond.headers.vary]).toEqual([
      307,
      '/photo_2000_2000.auto',
      'Accept',
    ])
    for (const [path, status] of [
      ['/nobody_10_10.auto', 404],
      ['/photo_10_10.auto?fit=stretch', 400],
      ['/photo_0_0.auto', 400],
    ] as const) {
      for (const accept of ['image/webp', '*/*']) {
        const answer = await ask(target.base, path, accepting(accept))
        expect([path, answer.status, answer.headers.vary]).toEqual([path, status, 'Accept'])
      }
    }
  })

  it('.auto without a size is the original, for every client', async () => {
    const answer = await ask(target.base, '/photo.auto', accepting('image/webp'))
    expect([answer.headers['content-type'], answer.headers.vary]).toEqual(['image/jpeg', undefined])
    expect(answer.body.equals(photo)).toBe(true)
  })

  it.each([
    ['/moving_30_30.gif', 'gif', 4],
    ['/moving_30_30.gif?animated=false', 'gif', 1],
    ['/moving_30_30.webp', 'webp', 1],
    ['/moving_30_30.webp?animated=true', 'webp', 4],
    ['/photo_30_30.gif', 'gif', 1],
    ['/photo_30_30.webp?animated=true', 'webp', 1],
  ])('%s is %s of %d frames', async (path, format, frames) => {
    const answer = await ask(target.base, path)
    expect([answer.status, answer.headers['content-type']]).toEqual([200, `image/${format}`])
    const { pages = 1 } = await sharp(answer.body, { animated: true }).metadata()
    expect([pages, answer.headers['x-image-info']]).toEqual([frames, undefined])
    const link = await askUntil(({ status }) => status === 307, target.base, path)
    const stored = await askLocation(target.base, link)
    expect(stored.headers['content-type']).toBe(`image/${format}`)
    expect(stored.body.equals(answer.body)).toBe(true)
  })

  it('R55 an animation of too many frames is its first frame, and says so', async () => {
    for (const path of ['/endless_30_30.gif', '/endless_30_30.webp?animated=true']) {
      const answer = await ask(target.base, path)
      expect([answer.status, answer.headers['x-image-info']]).toEqual([200, 'animation-too-long'])
      expect((await sharp(answer.body).metadata()).pages ?? 1).toBe(1)
    }
  })

  it.each(['jpg', 'png', 'avif', 'auto'])('animated=true is 400 in .%s', async (extension) => {
    const answer = await ask(target.base, `/moving_30_30.${extension}?animated=true`)
    expect([answer.status, json(answer)['detail']]).toEqual([
      400,
      expect.stringContaining('"animated"'),
    ])
  })

  it('.gif without a size is the original, unchanged', async () => {
    const answer = await ask(target.base, '/photo.gif')
    expect([answer.headers['content-type'], answer.body.equals(photo)]).toEqual([
      'image/jpeg',
      true,
    ])
  })

  it.each(['avif', 'gif', 'auto', 'jpg'])(
    'T49 POST /{id}.%s uploads to the id that the token is for: with the extension or without',
    async (extension) => {
      for (const id of [`two ${extension}.${extension}`, `two ${extension}`]) {
        const { body, headers } = multipart([{ name: 'image', content: photo, filename: 'x' }])
        const answer = await ask(target.base, `/two%20${extension}.${extension}`, {
          method: 'POST',
          headers: { ...headers, 'X-Token': await getToken(target.base, id) },
          body,
        })
        expect([answer.status, json(answer)['id']]).toEqual([200, id])
      }
    },
  )

  it('T49 POST /{id}.avif refuses a token of any other id', async () => {
    const { body, headers } = multipart([{ name: 'image', content: photo, filename: 'x' }])
    const answer = await ask(target.base, '/other.avif', {
      method: 'POST',
      headers: { ...headers, 'X-Token': await getToken(target.base, 'another') },
      body,
    })
    expect([answer.status, json(answer)['type']]).toEqual([403, 'urn:iaas:problem:token-invalid'])
  })
})
