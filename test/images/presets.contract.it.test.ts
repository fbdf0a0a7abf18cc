import { createHmac } from 'node:crypto'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import sharp from 'sharp'
import { type Answer, ask, askLocation, askUntil, json, store } from '../support/http.ts'
import type { Target } from '../support/target-type.ts'
import { startTarget } from '../support/target.ts'

const presets = {
  card: '40x30?fit=crop',
  icon: '16x16_2x?fit=crop',
  large: '1500x1000',
  soft: '?blur=true',
}
const isHit = ({ status }: Answer) => status === 307

async function sizeOf({ body }: Answer): Promise<readonly unknown[]> {
  const { width, height, format } = await sharp(body).metadata()
  return [width, height, format]
}

describe('presets', () => {
  let target: Target

  beforeAll(async () => {
    target = await startTarget({ config: { presets } })
    await store(target.base, 'photo', await makePhoto({ width: 600, height: 400, format: 'jpeg' }))
  })
  afterAll(() => target?.[Symbol.asyncDispose]())

  it.each([
    ['/_preset/card/photo.jpg', [40, 30, 'jpeg']],
    ['/_preset/card_2x/photo.webp', [80, 60, 'webp']],
    ['/_preset/icon/photo.png', [32, 32, 'png']],
    ['/photo_50_50.jpg?preset=card', [50, 50, 'jpeg']],
    ['/photo_51_51.jpg?preset=card&fit=clip', [51, 34, 'jpeg']],
  ])('answer %s with an image of %j', async (path, size) => {
    const answer = await ask(target.base, path)
    expect([answer.status, await sizeOf(answer)]).toEqual([200, size])
    expect((await ask(target.base, path, { method: 'HEAD' })).status).toBeLessThan(308)
  })

  it('are not part of the key: the stored variant is that of the plain address', async () => {
    const plain = await askUntil(isHit, target.base, '/photo_60_45.jpg?fit=crop&blur=true')
    const named = await ask(target.base, '/photo_60_45.jpg?preset=card,soft')
    expect([named.status, named.headers.location]).toEqual([307, plain.headers.location])
  })

  it('are kept in a redirect within the bounds, beside what the address itself asks for', async () => {
    const answer = await ask(target.base, '/photo_4000_2000.jpg?preset=card,soft&blur=false')
    expect([answer.status, answer.headers.location]).toEqual([
      307,
      '/photo_2000_1000.jpg?preset=card,soft&blur=false',
    ])
    expect(await sizeOf(await askLocation(target.base, answer))).toEqual([2000, 1000, 'jpeg'])
    const retina = await ask(target.base, '/_preset/large_2x/photo.jpg')
    expect(retina.headers.location).toBe('/photo_2000_2000.jpg?preset=large')
  })

  it('are 404 without an original, and 400 where there is no such preset', async () => {
    expect((await ask(target.base, '/_preset/card/nobody.jpg')).status).toBe(404)
    const path = await ask(target.base, '/_preset/cards/photo.jpg')
    expect([path.status, json(path)['detail']]).toEqual([400, 'There is no preset "cards".'])
    const option = await ask(target.base, '/photo_50_50.jpg?preset=cards')
    expect([option.status, json(option)['type']]).toEqual([400, 'urn:iaas:problem:invalid-option'])
    expect((await ask(target.base, '/_preset')).status).toBe(404)
    const upload = await ask(target.base, '/_preset/card', { method: 'POST' })
    expect(upload.status).toBeGreaterThanOrEqual(400)
    expect(upload.status).toBeLessThan(500)
  })
})

describe('presets.only', () => {
  it('R56 serves bare presets and originals; every other size is 403 with the reason', async () => {
    await using target = await startTarget({
      config: { presets: { ...presets, over: '500x500?fit=cover', only: true } },
    })
    await store(target.base, 'photo', await makePhoto({ width: 600, height: 400, format: 'jpeg' }))
    await store(target.base, 'wide', await makePhoto({ width: 3000, height: 30, format: 'jpeg' }))
    expect((await ask(target.base, '/photo.jpg')).status).toBe(200)
    expect((await ask(target.base, '/_preset/card/photo.jpg')).status).toBe(200)
    const paths = [
      '/photo_40_30.jpg?fit=crop',
      '/photo_40_30.jpg?preset=card',
      '/_preset/card/photo.jpg?blur=true',
      // Would be redirected to an address that is refused.
      '/_preset/large_2x/photo.jpg',
      '/_preset/over/wide.jpg',
    ]
    for (const path of paths) {
      const answer = await ask(target.base, path)
      expect([path, answer.status, json(answer)['type'], json(answer)['detail']]).toEqual([
        path,
        403,
        'urn:iaas:problem:preset-required',
        expect.stringContaining('/_preset/{name}/{id}.{format}'),
      ])
    }
  })
})

describe('signed addresses of presets', () => {
  it('are signed as they are asked for', async () => {
    const key = 'a key of the contract suite'
    await using target = await startTarget({ config: { presets, signing: { keys: [key] } } })
    await store(target.base, 'photo', await makePhoto({ width: 600, height: 400, format: 'jpeg' }))
    const sign = (path: string) => {
      const signature = createHmac('sha256', key).update(path).digest('base64url')
      return `${path}${path.includes('?') ? '&' : '?'}s=${signature}`
    }
    const statusOf = async (path: string) => (await ask(target.base, path)).status
    expect(await statusOf(sign('/_preset/card/photo.jpg'))).toBe(200)
    expect(await statusOf(sign('/photo_50_50.jpg?preset=card'))).toBe(200)
    expect(await statusOf('/_preset/card/photo.jpg')).toBe(403)
    expect(await statusOf(sign('/photo_40_30.jpg?fit=crop').replace('_40_30', '_41_30'))).toBe(403)
  })
})
