import { fontPath } from '@iaas/testing/fonts'
import { readPixels } from '@iaas/testing/images/compare'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import sharp from 'sharp'
import { type Answer, ask, askUntil, json, store } from '../support/http.ts'
import type { Target } from '../support/target-type.ts'
import { startTarget } from '../support/target.ts'

const fonts = { brand: fontPath('black'), same: fontPath('black'), fine: fontPath('thin') }
const presets = { sold: '?text=Sold&text_color=000000&text_font=brand' }
const isHit = ({ status }: Answer) => status === 307

/** Returns how much of an answer is black. */
async function inkOf({ body }: Answer): Promise<number> {
  const { data } = await readPixels(body)
  return data.reduce((sum, value) => sum + 255 - value, 0)
}

describe('fonts', () => {
  let target: Target
  const get = (path: string) => ask(target.base, path)

  beforeAll(async () => {
    target = await startTarget({ config: { fonts, presets } })
    const white = sharp({ create: { width: 600, height: 400, channels: 3, background: '#fff' } })
    await store(target.base, 'photo', await white.png().toBuffer())
  })
  afterAll(() => target?.[Symbol.asyncDispose]())

  it('are those of the configuration that the address names', async () => {
    const end = '_150_100.png?text=Sold&text_color=000000'
    const inks = []
    for (const font of ['&text_font=fine', '', '&text_font=brand']) {
      const answer = await get(`/photo${end}${font}`)
      expect([font, answer.status]).toEqual([font, 200])
      inks.push(await inkOf(answer))
    }
    const [fine = 0, usual = 0, brand = 0] = inks
    expect([fine < 0.7 * usual, brand > 1.5 * usual]).toEqual([true, true])
    for (const format of ['jpg', 'webp', 'avif', 'gif']) {
      const preset = await get(`/photo_150_100.${format}?preset=sold`)
      expect([format, preset.status]).toEqual([format, 200])
      expect((await inkOf(preset)) / brand).toBeCloseTo(1, 0)
    }
  })

  it('T56 are part of the stored variant, by their bytes and under any name', async () => {
    const path = '/photo_120_80.png?text=Stored&text_font='
    await get(`${path}brand`)
    const hit = await askUntil(isHit, target.base, `${path}brand`)
    expect((await get(`${path}same`)).headers.location).toBe(hit.headers.location)
    expect((await get(`${path}fine`)).headers.location).not.toBe(hit.headers.location)
  })

  it.each(['none', '', fonts.brand, '../../etc/passwd', 'Noto Sans', `~${'a'.repeat(32)}`])(
    'T56 are 400 as text_font=%s, which tells no names',
    async (value) => {
      const path = `/photo_60_40.png?text=a&text_font=${encodeURIComponent(value)}`
      const answer = await get(path)
      const detail = String(json(answer)['detail'])
      expect([answer.status, detail.includes('"text_font"')]).toEqual([400, true])
      expect(detail).not.toContain('brand')
    },
  )
})
