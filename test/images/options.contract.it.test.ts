import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { bytesOf } from '@iaas/rendering/formats/bytes'
import { estimateQuality } from '@iaas/rendering/formats/jpeg/quality'
import { readTables } from '@iaas/rendering/formats/jpeg/tables'
import { makePhoto } from '@iaas/testing/images/make-photo'
import sharp from 'sharp'
import { ask, askLocation, askUntil, store } from '../support/http.ts'
import type { Target } from '../support/target-type.ts'
import { startTargetWithPhoto } from './_photo.ts'

describe('options', () => {
  let target: Target

  beforeAll(async () => {
    target = await startTargetWithPhoto()
    await store(
      target.base,
      'clear',
      await makePhoto({ width: 60, height: 40, format: 'png', alpha: true }),
    )
  })
  afterAll(() => target[Symbol.asyncDispose]())

  async function sizeOf(path: string): Promise<readonly [number, number]> {
    const answer = await ask(target.base, path)
    expect([path, answer.status]).toEqual([path, 200])
    const { width, height } = await sharp(answer.body).metadata()
    return [width, height]
  }

  it('fit=clip scales to the largest size within the box, up or down', async () => {
    expect(await sizeOf('/photo_200_200.jpg?fit=clip')).toEqual([200, 133])
    expect(await sizeOf('/photo_1200_1200.jpg')).toEqual([1200, 800])
  })

  it('fit=crop fills the box exactly', async () => {
    expect(await sizeOf('/photo_200_200.jpg?fit=crop')).toEqual([200, 200])
    expect(await sizeOf('/photo_10_300.jpg?fit=crop')).toEqual([10, 300])
  })

  it('fit=canvas is exactly the box, the image centred on white', async () => {
    const answer = await ask(target.base, '/photo_200_200.png?fit=canvas')
    const { data, info } = await sharp(answer.body)
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true })
    expect([info.width, info.height]).toEqual([200, 200])
    const pixel = (x: number, y: number) => [
      ...data.subarray((y * 200 + x) * 3, (y * 200 + x) * 3 + 3),
    ]
    for (const [x, y] of [
      [100, 0],
      [100, 32],
      [100, 199],
    ] as const) {
      expect(pixel(x, y)).toEqual([255, 255, 255])
    }
    expect(pixel(0, 100)).not.toEqual([255, 255, 255])
  })

  it('fit=cover takes the box as the minimum', async () => {
    expect(await sizeOf('/photo_200_200.jpg?fit=cover')).toEqual([300, 200])
  })

  it('blur=true blurs and blur=false does not', async () => {
    const [sharpOne, blurred, spelled] = await Promise.all(
      ['', '&blur=true', '&blur=false'].map((blur) =>
        ask(target.base, `/photo_201_201.jpg?quality=80${blur}`),
      ),
    )
    expect(blurred?.body.length).toBeLessThan((sharpOne?.body.length ?? 0) / 2)
    expect(spelled?.headers.etag).toBe(sharpOne?.headers.etag)
  })

  it('quality changes the bytes of JPEG, WebP and AVIF', async () => {
    for (const format of ['jpg', 'webp', 'avif']) {
      const low = await ask(target.base, `/photo_202_202.${format}?quality=10`)
      const high = await ask(target.base, `/photo_202_202.${format}?quality=95`)
      expect(low.body.length).toBeLessThan(high.body.length / 2)
    }
  })

  it('quality=auto keeps the quality of a JPEG, and is 92 for other originals', async () => {
    const qualityOf = async (path: string) =>
      estimateQuality(readTables(bytesOf((await ask(target.base, path)).body)))
    expect(await qualityOf('/photo_207_207.jpg?quality=auto')).toBe(63)
    expect(await qualityOf('/clear_41_41.jpg')).toBe(92)
    expect(await qualityOf('/photo_208_208.jpg?quality=30')).toBe(30)
  })

  it('quality makes no other variant of PNG', async () => {
    const plain = await ask(target.base, '/photo_203_203.png')
    const spelled = await ask(target.base, '/photo_203_203.png?quality=10', { method: 'HEAD' })
    expect(spelled.headers.etag ?? spelled.headers.location).toBe(
      spelled.status === 307 ? spelled.headers.location : plain.headers.etag,
    )
    const link = await askUntil(({ status }) => status === 307, target.base, '/photo_203_203.png')
    const other = await ask(target.base, '/photo_203_203.png?quality=77')
    expect(other.headers.location).toBe(link.headers.location)
  })

  it('gravity=north shows another part of a crop', async () => {
    const at = (more: string) => ask(target.base, `/photo_300_100.png?fit=crop${more}`)
    const [center, top] = await Promise.all([at(''), at('&gravity=north')])
    expect([center.status, top.status]).toEqual([200, 200])
    expect(center.body.equals(top.body)).toBe(false)
  })

  it('enlarge=false leaves a small image its size', async () => {
    expect(await sizeOf('/photo_900_900.jpg?enlarge=false')).toEqual([600, 400])
    expect(await sizeOf('/photo_900_900.jpg?fit=crop&enlarge=false')).toEqual([400, 400])
  })

  it('a side of 0 leaves that side to the other one, with one stored object for every fit', async () => {
    expect(await sizeOf('/photo_210_0.jpg')).toEqual([210, 140])
    const link = await askUntil(({ status }) => status === 307, target.base, '/photo_210_0.jpg')
    const other = await ask(target.base, '/photo_105_0_2x.jpg?fit=crop&gravity=north')
    expect(other.headers.location).toBe(link.headers.location)
    expect(await sizeOf('/photo_0_70.jpg')).toEqual([105, 70])
  })

  it('rect cuts first, then rotate and flip turn', async () => {
    expect(await sizeOf('/photo_0_100.jpg?rect=0,0,300,200&rotate=90')).toEqual([67, 100])
    expect(await sizeOf('/photo_100_100.jpg?rect=0.0,0.0,0.5,1.0&flip=both')).toEqual([75, 100])
  })

  it('options of the look compose, and the redirect that bounds a box keeps them', async () => {
    const look = 'brightness=1.2&hue=90&blur=1.5&pixelate=4&background=336699&radius=8'
    expect(await sizeOf(`/photo_100_100.jpg?fit=canvas&padding=10&${look}`)).toEqual([120, 120])
    const { status, headers } = await ask(target.base, `/photo_1500_1500_2x.png?padding=5&${look}`)
    expect(status).toBe(307)
    expect(headers.location).toContain(
      '/photo_1980_1980.png?padding=10&brightness=1.2&hue=90&blur=3&pixelate=8&background=336699&radius=16',
    )
  })

  it('R51 a rectangle outside the original is 400 for GET and HEAD', async () => {
    for (const method of ['GET', 'HEAD']) {
      const { status } = await ask(target.base, '/photo_50_50.jpg?rect=600,0,9,9', { method })
      expect([method, status]).toEqual([method, 400])
    }
    const { body } = await ask(target.base, '/photo_50_50.jpg?rect=600,0,9,9')
    expect(String(body)).toContain('600 x 400 px')
  })

  it('R9 two spellings of one image share one stored object', async () => {
    const first = await askUntil(
      ({ status }) => status === 307,
      target.base,
      '/photo_100_100_2x.jpg?fit=crop',
    )
    for (const path of [
      '/photo_200_200.jpeg?quality=auto&fit=crop',
      '/photo_200_200.JPG?fit=crop&blur=false&unknown=1',
    ]) {
      const answer = await ask(target.base, path)
      expect([path, answer.status, answer.headers.location]).toEqual([
        path,
        307,
        first.headers.location,
      ])
    }
  })

  it('R18 allow_webp=true answers a client that accepts WebP in WebP, and says Vary: Accept to everyone', async () => {
    const webp = { headers: { Accept: 'image/avif,image/webp,*/*' } }
    const path = '/photo_204_204.jpg?allow_webp=true'
    const switched = await ask(target.base, path, webp)
    const plain = await ask(target.base, path)
    expect([switched.headers['content-type'], switched.headers.vary]).toEqual([
      'image/webp',
      'Accept',
    ])
    expect([plain.headers['content-type'], plain.headers.vary]).toEqual(['image/jpeg', 'Accept'])
    const [webpLink, plainLink] = await Promise.all([
      askUntil(({ status }) => status === 307, target.base, path, webp),
      askUntil(({ status }) => status === 307, target.base, path),
    ])
    expect([webpLink.headers.vary, plainLink.headers.vary]).toEqual(['Accept', 'Accept'])
    expect(webpLink.headers.location).not.toBe(plainLink.headers.location)
    const unasked = await ask(target.base, '/photo_205_205.jpg', webp)
    expect([unasked.headers['content-type'], unasked.headers.vary]).toEqual([
      'image/jpeg',
      undefined,
    ])
  })

  it('proxy=true serves the stored bytes through the service', async () => {
    const path = '/photo_206_206.jpg'
    const rendered = await ask(target.base, path)
    const link = await askUntil(({ status }) => status === 307, target.base, path)
    const stored = await askLocation(target.base, link)
    const proxied = await ask(target.base, `${path}?proxy=true`)
    expect(proxied.status).toBe(200)
    expect(proxied.headers['content-type']).toBe('image/jpeg')
    expect(proxied.headers['cache-control']).toBe('public, max-age=31536000')
    expect(proxied.body.equals(stored.body)).toBe(true)
    expect(proxied.body.equals(rendered.body)).toBe(true)
  })

  it('transparency becomes white where the output has none', async () => {
    const answer = await ask(target.base, '/clear_60_40.jpg?quality=100')
    const { data } = await sharp(answer.body).raw().toBuffer({ resolveWithObject: true })
    const middle = (20 * 60 + 30) * 3
    for (const value of data.subarray(middle, middle + 3)) expect(value).toBeGreaterThan(150)
  })
})
