import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { makeAnimatedGif } from '@iaas/testing/images/make-animation'
import { makePages } from '@iaas/testing/images/make-pages'
import sharp from 'sharp'
import { ask, askUntil, json, store } from '../support/http.ts'
import type { Target } from '../support/target-type.ts'
import { startTarget } from '../support/target.ts'

const frames = 5

describe('frames of an animation and pages of a TIFF', () => {
  let target: Target

  beforeAll(async () => {
    target = await startTarget()
    await store(target.base, 'film', await makeAnimatedGif(90, 60, frames))
    const pages = makePages([
      { side: 20, channels: 3, pixels: Buffer.alloc(3 * 400, 200) },
      { side: 40, channels: 1, pixels: Buffer.alloc(1600, 90) },
    ])
    await store(target.base, 'pages', pages)
  })
  afterAll(() => target?.[Symbol.asyncDispose]())

  async function greyOf(path: string): Promise<number> {
    const answer = await ask(target.base, path)
    expect([path, answer.status]).toEqual([path, 200])
    const { dominant, entropy } = await sharp(answer.body).stats()
    expect([path, entropy < 0.1]).toEqual([path, true])
    return dominant.r
  }

  it('are shown as still images', async () => {
    // Each later frame is a brighter grey.
    const greys = await Promise.all([1, 2, 3, 4].map((at) => greyOf(`/film_90_60.png?frame=${at}`)))
    expect(greys).toEqual([...greys].sort((one, other) => one - other))
    expect(new Set(greys).size).toBe(4)
    const { body } = await ask(target.base, '/film_90_60.gif?frame=2')
    expect((await sharp(body).metadata()).pages ?? 1).toBe(1)
    const page = await ask(target.base, '/pages_100_100.png?frame=1&enlarge=false')
    expect(await sharp(page.body).metadata()).toMatchObject({ width: 40, height: 40 })
  })

  it('are rendered from the original, which has them, and not from its working copy', async () => {
    const large = await makeAnimatedGif(1100, 1000, 3)
    await store(target.base, 'large', large)
    expect((await ask(target.base, '/large_50_50.png')).status).toBe(200)
    const grey = () => greyOf('/large_60_60.png?frame=2')
    expect(await grey()).toBeGreaterThan(100)
  })

  it('are redirected to once they are stored', async () => {
    const path = '/film_30_20.png?frame=1'
    expect((await ask(target.base, path)).status).toBe(200)
    const { headers } = await askUntil(({ status }) => status === 307, target.base, path)
    const first = await ask(target.base, '/film_30_20.png')
    expect(headers.location).not.toBe(first.headers.location)
  })

  it.each([
    ['/film_90_60.png?frame=5', 'less than 5'],
    ['/film_90_60.gif?frame=4999', 'less than 5'],
    ['/pages_90_60.jpg?frame=2', 'less than 2'],
    ['/film_90_60.gif?frame=1&animated=true', 'beside animated=true'],
  ])('R61 are 400 for %s, with GET and HEAD', async (path, detail) => {
    const answer = await ask(target.base, path)
    expect([answer.status, json(answer)['type']]).toEqual([400, 'urn:iaas:problem:invalid-option'])
    expect(json(answer)['detail']).toContain('"frame"')
    expect(json(answer)['detail']).toContain(detail)
    expect((await ask(target.base, path, { method: 'HEAD' })).status).toBe(400)
  })
})
