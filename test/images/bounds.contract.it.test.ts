import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { makePhoto } from '@iaas/testing/images/make-photo'
import sharp from 'sharp'
import { type Answer, ask, askLocation, store } from '../support/http.ts'
import type { Target } from '../support/target-type.ts'
import { startTarget } from '../support/target.ts'

describe('bounds', () => {
  let target: Target

  beforeAll(async () => {
    target = await startTarget()
    await store(target.base, 'photo', await makePhoto({ width: 600, height: 400, format: 'jpeg' }))
    await store(target.base, 'wide', await makePhoto({ width: 3000, height: 30, format: 'png' }))
    await store(
      target.base,
      'thin',
      await sharp(await makePhoto({ width: 600, height: 400, format: 'png' }))
        .resize(16_383, 1, { fit: 'fill' })
        .webp({ lossless: true })
        .toBuffer(),
    )
  })
  afterAll(() => target[Symbol.asyncDispose]())

  it.each([
    ['/photo_4000_100.jpg', '/photo_2000_100.jpg'],
    ['/photo_4000_5000.jpg', '/photo_2000_2000.jpg'],
    ['/photo_1500_1000_2x.jpg', '/photo_2000_2000.jpg'],
    ['/photo_4000_1000.jpg?fit=crop', '/photo_2000_500.jpg?fit=crop'],
    ['/photo_3000_4000.png?fit=canvas&blur=true', '/photo_1500_2000.png?fit=canvas&blur=true'],
    ['/photo_4000_2000.jpg?fit=cover', '/photo_2000_1000.jpg?fit=cover'],
    [
      '/photo_2000_2000_99x.webp?quality=3&proxy=true',
      '/photo_2000_2000.webp?quality=3&proxy=true',
    ],
    ['/photo_999999999_1.jpeg?allow_webp=true', '/photo_2000_1.jpg?allow_webp=true'],
  ])(
    '%s is redirected within the bounds, every option kept, the scale folded in',
    async (path, within) => {
      const answer = await ask(target.base, path)
      expect([answer.status, answer.headers.location]).toEqual([307, within])
      expect(answer.headers['x-redirect-info']).toBeTruthy()
      expect([200, 307]).toContain((await follow(within)).status)
    },
  )

  it('a redirect to a stored variant has no X-Redirect-Info', async () => {
    let answer = await ask(target.base, '/photo_55_55.jpg')
    while (answer.status === 200) answer = await ask(target.base, '/photo_55_55.jpg')
    expect(answer.status).toBe(307)
    expect(answer.headers).not.toHaveProperty('x-redirect-info')
    expect(answer.headers['cache-control']).toBe('max-age=604800')
  })

  it('a cover whose result leaves the bounds is redirected to the largest that does not', async () => {
    const answer = await ask(target.base, '/wide_500_500.png?fit=cover')
    expect([answer.status, answer.headers.location]).toEqual([307, '/wide_20_20.png?fit=cover'])
    const head = await ask(target.base, '/wide_500_500.png?fit=cover', { method: 'HEAD' })
    expect([head.status, head.headers.location]).toEqual([307, answer.headers.location])
    const found = await follow('/wide_20_20.png?fit=cover')
    expect(await sharp(found.body).metadata()).toMatchObject({ width: 2000, height: 20 })
  })

  it('R10 a cover of an image of one pixel height ends within the bounds', async () => {
    const answer = await follow('/thin_2000_2000.png?fit=cover')
    expect(answer.status).toBe(200)
    const { width, height } = await sharp(answer.body).metadata()
    expect([width, height]).toEqual([2000, 1])
  })

  it.each(['clip', 'crop', 'canvas', 'cover'])(
    'a %s of a thin image stays within the bounds in every format',
    async (fit) => {
      for (const format of ['jpg', 'png', 'webp']) {
        const answer = await follow(`/thin_2000_2000_13x.${format}?fit=${fit}`)
        const { width, height } = await sharp(answer.body).metadata()
        expect(Math.max(width, height)).toBeLessThanOrEqual(2000)
      }
    },
  )

  it('asks for the original before the bounds', async () => {
    expect((await ask(target.base, '/nothing_4000_4000.jpg')).status).toBe(404)
  })

  async function follow(path: string): Promise<Answer> {
    let answer = await ask(target.base, path)
    for (let hops = 0; answer.status === 307; hops += 1) {
      expect(hops).toBeLessThan(3)
      answer = await askLocation(target.base, answer)
    }
    return answer
  }
})
