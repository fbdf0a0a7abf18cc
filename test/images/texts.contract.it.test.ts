import { readPixels } from '@iaas/testing/images/compare'
import { nameColour } from '@iaas/testing/images/make-grid'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import sharp from 'sharp'
import { type Answer, ask, askUntil, store } from '../support/http.ts'
import type { Target } from '../support/target-type.ts'
import { startTarget } from '../support/target.ts'

const isHit = ({ status }: Answer) => status === 307

/** Counts the red pixels of an answer. */
async function countRed({ body }: Answer): Promise<number> {
  const { data } = await readPixels(body)
  let count = 0
  for (let at = 0; at < data.length; at += 3) {
    if (nameColour([...data.subarray(at, at + 3)]) === 'red') count += 1
  }
  return count
}

describe('texts', () => {
  let target: Target
  const get = (path: string) => ask(target.base, path)

  beforeAll(async () => {
    target = await startTarget({
      config: { presets: { sold: '?text=Sold&text_color=e61e1e&text_size=50' } },
    })
    const grey = sharp({ create: { width: 600, height: 400, channels: 3, background: '#888' } })
    await store(target.base, 'photo', await grey.png().toBuffer())
  })
  afterAll(() => target?.[Symbol.asyncDispose]())

  it('are part of the stored variant, under one address for every spelling', async () => {
    const path = '/photo_120_80_2x.png?text=caf%C3%A9+1&text_color=e61e1e&text_size=20'
    const rendered = await get(path)
    expect([rendered.status, (await countRed(rendered)) > 100]).toEqual([200, true])
    const hit = await askUntil(isHit, target.base, path)
    const other = '/photo_240_160.png?text_size=40&text=cafe%CC%81%201&text_color=E61E1EFF'
    expect((await get(other)).headers.location).toBe(hit.headers.location)
  })

  it('can be in presets and in every format', async () => {
    for (const end of ['jpg', 'png', 'webp', 'avif', 'gif']) {
      const answer = await get(`/photo_150_100.${end}?preset=sold`)
      expect([end, answer.status, (await countRed(answer)) > 20]).toEqual([end, 200, true])
    }
  })

  it('R65 are never a failure of the service, whatever they are', async () => {
    const texts = [
      '\u0489'.repeat(200),
      '\u202e'.repeat(199) + 'x',
      '\u200b'.repeat(199) + 'x',
      '\ufdfd'.repeat(200),
      '<span size="999999">x</span>',
      '&#0;',
      '\u2800',
    ]
    for (const text of texts) {
      for (const size of ['1_1', '300_200']) {
        const path = `/photo_${size}.png?text=${encodeURIComponent(text)}&text_size=1000`
        expect([text, (await get(path)).status]).toEqual([text, 200])
      }
    }
  })
})
