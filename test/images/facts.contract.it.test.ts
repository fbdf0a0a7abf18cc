import { createHmac } from 'node:crypto'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { makePhotoWithMetadata } from '@iaas/testing/images/with-metadata'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Answer, ask, getToken, json, store, upload } from '../support/http.ts'
import type { Target } from '../support/target-type.ts'
import { startTarget } from '../support/target.ts'

const photo = { width: 600, height: 400, format: 'jpeg', quality: 80 } as const

describe('facts about an image', () => {
  let target: Target
  let image: Buffer

  beforeAll(async () => {
    target = await startTarget()
    image = await makePhoto(photo)
    await store(target.base, 'photo', image)
  })
  afterAll(() => target?.[Symbol.asyncDispose]())

  const get = (path: string, options = {}) => ask(target.base, path, options)

  it('describe the original, its pixels and its upload', async () => {
    const answer = await get('/photo.json')
    expect([answer.status, answer.headers['content-type']]).toEqual([
      200,
      'application/json; charset=utf-8',
    ])
    const facts = json(answer)
    expect(facts).toEqual({
      id: 'photo',
      format: 'jpg',
      bytes: image.length,
      width: 600,
      height: 400,
      has_alpha: false,
      animated: false,
      frames: 1,
      quality: 80,
      color_space: 'srgb',
      color_profile: null,
      dominant_color: expect.stringMatching(/^[\da-f]{6}$/),
      average_color: expect.stringMatching(/^[\da-f]{6}$/),
      palette: expect.any(Array),
      thumbhash: expect.any(String),
      blurhash: expect.any(String),
      placeholder: expect.stringMatching(/^data:image\/webp;base64,/),
      focal_point: null,
      perceptual_hash: expect.stringMatching(/^[\da-f]{16}$/),
      uploaded_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    })
    const palette = facts['palette'] as readonly { color: string; share: number }[]
    expect(palette[0]?.color).toBe(facts['dominant_color'])
    expect(palette.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 1)
  })

  it('may be cached for a day, compared by ETag, read by scripts of every origin, and asked for with HEAD', async () => {
    const { headers } = await get('/photo.json')
    expect(headers).toMatchObject({
      'cache-control': 'public, max-age=86400',
      'access-control-allow-origin': '*',
      etag: expect.stringMatching(/^"[\da-f]{32}"$/),
    })
    const etag = headers.etag ?? ''
    const fresh = await get('/photo.json', { headers: { 'If-None-Match': etag } })
    expect([fresh.status, fresh.body.length]).toEqual([304, 0])
    const head = await get('/photo.json', { method: 'HEAD' })
    expect([head.status, head.headers.etag, head.body.length]).toEqual([200, etag, 0])
    expect(head.headers['content-length']).toBe(headers['content-length'])
    expect((await get('/photo.json?exif=true')).headers.etag).not.toBe(etag)
  })

  it('are part of the answer to an upload if they are known soon', async () => {
    const token = await getToken(target.base, 'fresh')
    const answer = await upload(target.base, 'fresh', token, image)
    expect(answer.status).toBe(200)
    const facts = json(await get('/fresh.json'))
    // A busy machine may take longer than an upload waits.
    expect([undefined, facts]).toContainEqual(json(answer)['info'])
    expect(json(answer)['info'] ?? {}).not.toHaveProperty('exif')
  })

  it('R60 have EXIF only on request, and neither the place nor serial numbers', async () => {
    await store(target.base, 'located', await makePhotoWithMetadata({ format: 'jpeg' }))
    expect(json(await get('/located.json'))).not.toHaveProperty('exif')
    const { exif } = json(await get('/located.json?exif=true'))
    expect(exif).toMatchObject({ Copyright: 'Villa Incognito' })
    expect(JSON.stringify(exif)).not.toMatch(/GPS/)
  })

  it.each([
    ['/nobody.json', 404, 'original-not-found'],
    ['/photo_100_100.json', 400, 'invalid-image-url'],
    ['/photo_100_100_2x.json', 400, 'invalid-image-url'],
    ['/photo.json?exif=yes', 400, 'invalid-option'],
    ['/photo.json?exif=true&exif=true', 400, 'invalid-option'],
    ['/_hashed.json', 400, 'invalid-id'],
    ['/.json', 400, 'invalid-id'],
  ])('are refused for %s: %i', async (path, status, type) => {
    const answer = await get(path)
    expect([answer.status, json(answer)['type']]).toEqual([status, `urn:iaas:problem:${type}`])
    expect((await get(path, { method: 'HEAD' })).status).toBe(status)
  })

  it('leave ids that end in .json as they are', async () => {
    await store(target.base, 'data.json', image)
    expect((await get('/data.json.jpg')).body.equals(image)).toBe(true)
    expect(json(await get('/data.json.json'))['id']).toBe('data.json')
    expect((await get('/data.json_50_50.jpg')).status).toBe(200)
    expect((await get('/data.json')).status).toBe(404)
  })

  it('R58 are computed once for a crowd, and not again', async () => {
    await target.plant('legacy', image)
    const crowd = await Promise.all(Array.from({ length: 12 }, () => get('/legacy.json')))
    const bodies = new Set(crowd.map(({ body }: Answer) => body.toString()))
    expect([crowd.every(({ status }) => status === 200), bodies.size]).toEqual([true, 1])
    expect((await get('/legacy.json')).body.toString()).toBe([...bodies][0])
  })

  it('T50 are 415 for an original that no decoder can read, and never a fault of the service', async () => {
    await target.plant('broken', Buffer.from('no image at all'))
    const answer = await get('/broken.json')
    expect([answer.status, json(answer)['type']]).toEqual([
      415,
      'urn:iaas:problem:image-unsupported',
    ])
  })
})

describe('facts with signed addresses and info.expose_location', () => {
  it('R60 are signed like images, and tell the place if the operator says so', async () => {
    const key = 'a key of the contract suite'
    const config = { signing: { keys: [key] }, info: { expose_location: true } }
    await using target = await startTarget({ config })
    await store(target.base, 'located', await makePhotoWithMetadata({ format: 'jpeg' }))
    const path = '/located.json?exif=true'
    const signature = createHmac('sha256', key).update(path).digest('base64url')
    const answer = await ask(target.base, `${path}&s=${signature}`)
    expect([answer.status, json(answer)['exif']]).toEqual([
      200,
      expect.objectContaining({ GPSLatitudeRef: 'N' }),
    ])
    expect((await ask(target.base, path)).status).toBe(403)
  })
})
