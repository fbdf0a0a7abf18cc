import { makePhoto } from '@iaas/testing/images/make-photo'
import { readPixel, readPixels } from '@iaas/testing/images/compare'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import sharp from 'sharp'
import { type Answer, ask, askUntil, json, store } from '../support/http.ts'
import type { Target } from '../support/target-type.ts'
import { startTarget } from '../support/target.ts'

const watermarks = {
  logo: { original: 'red', scale: 0.5, margin: 4 },
  tiles: { original: 'red', scale: 0.1, margin: 6, repeat: true, opacity: 0.5 },
  later: { original: 'uploaded later' },
}
const presets = { marked: '60x40?watermark=logo' }
const isHit = ({ status }: Answer) => status === 307

const makeSquare = (background: string) =>
  sharp({ create: { width: 20, height: 20, channels: 4, background } })
    .png()
    .toBuffer()

const isRed = async ({ body }: Answer, x: number, y: number) => {
  const [red, green, blue] = await readPixel(body, x, y)
  return red > 180 && green < 90 && blue < 90
}

describe('watermarks', () => {
  let target: Target
  const get = (path: string) => ask(target.base, path)

  /** Each process looks for a watermark's original again after a while only. */
  const getDrawn = (path: string) => askUntil(({ status }) => status === 200, target.base, path)

  beforeAll(async () => {
    target = await startTarget({ config: { watermarks, presets } })
    const grey = sharp({ create: { width: 600, height: 400, channels: 3, background: '#888' } })
    await store(target.base, 'photo', await grey.png().toBuffer())
    await store(target.base, 'red', await makeSquare('#f00'))
    await askUntil(({ status }) => status === 200, target.base, '/photo_30_20.png?watermark=logo')
  })
  afterAll(() => target?.[Symbol.asyncDispose]())

  it('are drawn where they are configured, or where the address says', async () => {
    const usual = await getDrawn('/photo_120_80.png?watermark=logo')
    expect([await isRed(usual, -5, -5), await isRed(usual, -4, -4)]).toEqual([true, false])
    expect([await isRed(usual, 75, -5), await isRed(usual, 77, -5)]).toEqual([false, true])
    const moved = await getDrawn('/photo_120_80.png?watermark=logo,northwest,1,0.25')
    expect([await isRed(moved, 4, 4), await isRed(moved, 24, 24)]).toEqual([true, false])
    const faint = await getDrawn('/photo_120_80.png?watermark=logo,northwest,0.1')
    expect(await isRed(faint, 9, 9)).toBe(false)
  })

  it('are part of the stored variant, and have its margin multiplied by the scale', async () => {
    const path = '/photo_60_40_2x.png?watermark=logo,southeast'
    const rendered = await get(path)
    expect([await isRed(rendered, -8, -9), await isRed(rendered, -9, -9)]).toEqual([false, true])
    const hit = await askUntil(isHit, target.base, path)
    const named = await get('/photo_60_40_2x.png?watermark=logo')
    expect(named.headers.location).toBe(hit.headers.location)
    const bare = await get('/photo_60_40_2x.png')
    expect([bare.status, await isRed(bare, -9, -9)]).toEqual([200, false])
  })

  it('can be in presets, repeated, and in every format', async () => {
    for (const end of ['jpg', 'png', 'webp', 'avif', 'gif']) {
      const answer = await get(`/_preset/marked/photo.${end}`)
      expect([end, await isRed(answer, -8, -8)]).toEqual([end, true])
    }
    const tiled = await get('/photo_121_80.png?watermark=tiles')
    const { width } = await readPixels(tiled.body)
    expect([tiled.status, width]).toEqual([200, 120])
    const [red, green] = await readPixel(tiled.body, -2, 40)
    expect([red, green]).not.toEqual([136, 136])
  })

  it.each(['none', 'logo,middle', 'logo,north,2', '', `~${'a'.repeat(32)},north,1,1,0,once`])(
    'are 400 as watermark=%s, which tells no names',
    async (value) => {
      const answer = await get(`/photo_60_40.png?watermark=${encodeURIComponent(value)}`)
      expect([answer.status, json(answer)['detail']]).toEqual([
        400,
        expect.stringContaining('"watermark"'),
      ])
      expect(String(json(answer)['detail'])).not.toContain('tiles')
    },
  )

  it('are 404 with the reason until their original is uploaded, and then drawn', async () => {
    const path = '/photo_90_60.png?watermark=later'
    const answer = await get(path)
    expect([answer.status, json(answer)['detail']]).toEqual([
      404,
      expect.stringContaining('"later"'),
    ])
    await store(target.base, 'uploaded later', await makeSquare('#f00'))
    const marked = await askUntil(({ status }) => status === 200, target.base, path)
    expect(await isRed(marked, -2, -2)).toBe(true)
  })

  it('are on every frame of an animation', async () => {
    const gif = await makePhoto({ width: 60, height: 40, format: 'gif' })
    await store(target.base, 'gif', gif)
    expect(await isRed(await get('/gif_60_40.gif?watermark=logo'), -6, -6)).toBe(true)
  })
})
