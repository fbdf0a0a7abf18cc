import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { makeAnimatedGif } from '@iaas/testing/images/make-animation'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { makePolyglot } from '@iaas/testing/images/strangers'
import sharp from 'sharp'
import { ask, getToken, json, multipart, store, upload } from '../support/http.ts'
import type { Target } from '../support/target-type.ts'
import { startTarget } from '../support/target.ts'

describe('uploads', () => {
  let target: Target
  let photo: Buffer

  beforeAll(async () => {
    const constraints = { max_on_disk: 0.5, max_input: 4, max_upload_bytes: 3_000_000 }
    target = await startTarget({ config: { constraints } })
    photo = await makePhoto({ width: 600, height: 400, format: 'jpeg' })
  })
  afterAll(() => target[Symbol.asyncDispose]())

  it('T33 takes a JPEG that lacks its end, says so, and keeps it byte for byte', async () => {
    const whole = await makePhoto({ width: 300, height: 400, format: 'jpeg' })
    const cut = whole.subarray(0, -20)
    const answer = await upload(target.base, 'cut', await getToken(target.base, 'cut'), cut)
    expect([answer.status, json(answer)['warnings']]).toEqual([200, ['truncated']])
    expect((await ask(target.base, '/cut.jpg')).body).toEqual(cut)
    expect((await ask(target.base, '/cut_100_100.webp')).status).toBe(200)
  })

  it('answers OK, the id, the version and the size of the original', async () => {
    const answer = await upload(target.base, 'first', await getToken(target.base, 'first'), photo)
    expect(answer.status).toBe(200)
    // Facts are part of the answer if they are known soon.
    const { info: _info, ...others } = json(answer)
    expect(others).toEqual({
      status: 'OK',
      id: 'first',
      version: expect.stringMatching(/^[\da-z.]+$/),
      original_width: 600,
      original_height: 400,
    })
  })

  it('takes POST /{id}.{format} as well, whatever the format', async () => {
    const token = await getToken(target.base, 'dotted')
    const { body, headers } = multipart([{ name: 'image', content: photo, filename: 'x' }])
    const answer = await ask(target.base, '/dotted.png', {
      method: 'POST',
      headers: { ...headers, 'X-Token': token },
      body,
    })
    expect(json(answer)).toMatchObject({ id: 'dotted' })
  })

  it.each([
    ['image/jpeg', { type: 'image/jpeg' }],
    ['text', {}],
  ])('takes an image without a filename that comes as %s', async (name, type) => {
    const id = `nameless ${name.replace('/', ' ')}`
    const { body, headers } = multipart([{ name: 'image', content: photo, ...type }])
    const answer = await ask(target.base, `/${encodeURIComponent(id)}`, {
      method: 'POST',
      headers: { ...headers, 'X-Token': await getToken(target.base, id) },
      body,
    })
    expect(answer.status).toBe(200)
    expect((await ask(target.base, `/${encodeURIComponent(id)}.jpg`)).body.equals(photo)).toBe(true)
  })

  it.each(['jpeg', 'png', 'webp', 'gif', 'avif', 'tiff'] as const)(
    'keeps a %s byte for byte and serves it with its true Content-Type',
    async (format) => {
      const image = await makePhoto({ width: 90, height: 60, format })
      await store(target.base, `kept ${format}`, image)
      const answer = await ask(target.base, `/kept%20${format}.jpg`)
      expect(answer.headers['content-type']).toBe(`image/${format}`)
      expect(answer.body.equals(image)).toBe(true)
      expect((await ask(target.base, `/kept%20${format}_45_45.webp`)).status).toBe(200)
    },
  )

  it('tells the size after EXIF orientation, and keeps the file as it is', async () => {
    const turned = await makePhoto({ width: 90, height: 60, format: 'jpeg', orientation: 6 })
    const answer = await upload(
      target.base,
      'turned',
      await getToken(target.base, 'turned'),
      turned,
    )
    expect(json(answer)).toMatchObject({ original_width: 60, original_height: 90 })
    expect((await ask(target.base, '/turned.jpg')).body.equals(turned)).toBe(true)
    const rendered = await ask(target.base, '/turned_30_30.png')
    expect(await sharp(rendered.body).metadata()).toMatchObject({ width: 20, height: 30 })
  })

  it('crops first by the coordinates of the image as it is displayed', async () => {
    const turned = await makePhoto({
      width: 90,
      height: 60,
      format: 'jpeg',
      orientation: 6,
      quality: 95,
    })
    const token = await getToken(target.base, 'cropped')
    const answer = await upload(
      target.base,
      'cropped',
      token,
      turned,
      '?x=0&y=0&width=20&height=30',
    )
    expect(json(answer)).toMatchObject({ original_width: 20, original_height: 30 })
    const kept = await ask(target.base, '/cropped.jpg')
    const upright = await sharp(turned)
      .autoOrient()
      .extract({ left: 0, top: 0, width: 20, height: 30 })
      .raw()
      .toBuffer()
    const found = await sharp(kept.body).raw().toBuffer()
    expect(meanDifference(found, upright)).toBeLessThan(6)
  })

  it('scales an image of more than max_on_disk megapixels down, in its own format', async () => {
    const large = await makePhoto({ width: 1500, height: 1000, format: 'webp' })
    const answer = await upload(target.base, 'large', await getToken(target.base, 'large'), large)
    const { original_width: width, original_height: height } = json(answer) as Record<
      string,
      number
    >
    expect((width ?? 0) * (height ?? 0)).toBeLessThanOrEqual(500_000)
    expect((width ?? 0) / (height ?? 1)).toBeCloseTo(1.5, 1)
    const kept = await sharp((await ask(target.base, '/large.webp')).body).metadata()
    expect(kept).toMatchObject({ format: 'webp', width, height })
  })

  it('T14 uses the first frame of an animation', async () => {
    await store(target.base, 'animated', await makeAnimatedGif(60, 40, 5))
    const { body } = await ask(target.base, '/animated_60_40.png')
    const { channels } = await sharp(body).stats()
    expect(channels.some(({ stdev }) => stdev > 20)).toBe(true)
  })

  it('never renders what is hidden behind an image', async () => {
    await store(target.base, 'polyglot', makePolyglot(photo))
    const answer = await ask(target.base, '/polyglot_600_400.jpg')
    expect(answer.body.includes('<script>')).toBe(false)
  })

  it('lets the pages of other origins upload', async () => {
    const preflight = await ask(target.base, '/anything', {
      method: 'OPTIONS',
      headers: {
        Origin: 'https://shop.example',
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'x-token',
      },
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers['access-control-allow-origin']).toBe('*')
    expect(preflight.headers['access-control-allow-headers']).toMatch(/x-token/i)
  })
})

function meanDifference(one: Buffer, other: Buffer): number {
  expect(one.length).toBe(other.length)
  return (
    one.reduce((sum, value, index) => sum + Math.abs(value - (other[index] ?? 0)), 0) / one.length
  )
}
