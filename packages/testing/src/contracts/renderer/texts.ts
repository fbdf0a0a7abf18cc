import { describe, expect, it } from '@jest/globals'
import type { Colour, Variant } from '@iaas/common/image'
import sharp from 'sharp'
import { readPixel, readPixels } from '../../images/compare.ts'
import { makeAnimatedGif } from '../../images/make-animation.ts'
import { nameColour } from '../../images/make-grid.ts'
import type { Studio } from './studio.ts'

const size = { width: 240, height: 160 }
const text = 'Übung & <b>'
const red = 'e61e1e' as Colour
const blue = '1e1ee6' as Colour

export function describeTexts(studio: Studio): void {
  const makeGrey = () =>
    sharp({ create: { ...size, channels: 3, background: '#808080' } })
      .png()
      .toBuffer()
  const write = async (part: Partial<Variant> = {}) =>
    studio.render(await makeGrey(), { ...size, format: 'png', text, textColor: red, ...part })
  /** Returns the bounds of the pixels of a colour; left, top, right and bottom. */
  async function findColour(bytes: Buffer, colour: 'red' | 'blue') {
    const { data, width } = await readPixels(bytes)
    const [xs, ys]: [number[], number[]] = [[], []]
    for (let at = 0; at < data.length; at += 3) {
      if (nameColour([...data.subarray(at, at + 3)]) !== colour) continue
      xs.push((at / 3) % width)
      ys.push(Math.floor(at / 3 / width))
    }
    return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)] as const
  }

  describe('texts', () => {
    it('are written in the middle, in their colour, within the image', async () => {
      const [left, top, right, bottom] = await findColour(await write(), 'red')
      expect(left + right).toBeCloseTo(239, -1)
      expect(top + bottom).toBeCloseTo(159, -1)
      expect(left).toBeGreaterThan(4)
      expect(right - left).toBeGreaterThan(3 * (bottom - top))
    })

    it('are where their gravity is, at some distance from the edge', async () => {
      const [left, top] = await findColour(await write({ textGravity: { x: 0, y: 0 } }), 'red')
      expect([left > 3, left < 15, top > 3, top < 15]).toEqual([true, true, true, true])
      const end = await findColour(await write({ textGravity: { x: 1, y: 1 } }), 'red')
      expect([end[2] > 225, end[2] < 236, end[3] > 140, end[3] < 156]).toEqual(
        Array.from({ length: 4 }, () => true),
      )
    })

    it('have a box behind them, and may be translucent', async () => {
      const boxed = await write({ textBackground: blue })
      const [inner, outer] = [await findColour(boxed, 'red'), await findColour(boxed, 'blue')]
      expect(outer[0]).toBeLessThan(inner[0])
      expect(outer[3]).toBeGreaterThan(inner[3])
      const faint = await write({ textColor: 'e61e1e10' as Colour })
      expect((await findColour(faint, 'red'))[2]).toBe(-Infinity)
    })

    it('become smaller until they fit, in as many lines as they need', async () => {
      const [left, top, right, bottom] = await findColour(
        await write({ text: 'words '.repeat(33).trim(), textSize: 200 }),
        'red',
      )
      expect(Math.min(left, top)).toBeGreaterThan(0)
      expect(right).toBeLessThan(240)
      expect(bottom).toBeLessThan(160)
      expect(bottom - top).toBeGreaterThan(90)
    })

    it.each(['jpg', 'png', 'webp', 'avif', 'gif'] as const)(
      'are above padding and below the corners, also on grey images, in %s',
      async (format) => {
        const grey = await sharp(await makeGrey())
          .toColourspace('b-w')
          .png()
          .toBuffer()
        const bytes = await studio.render(grey, {
          ...size,
          format,
          text: '█',
          textColor: red,
          textSize: 60,
          padding: { top: 40, right: 0, bottom: 0, left: 0 },
          radius: 20,
        })
        const { width, height } = await readPixels(bytes)
        expect([width, height]).toEqual([240, 200])
        expect(nameColour(await readPixel(bytes, 120, 100))).toBe('red')
        expect(nameColour(await readPixel(bytes, 0, 0))).toBe('white')
      },
    )

    it('are on every frame of an animation', async () => {
      const picture = await makeAnimatedGif(90, 60, 3)
      const part = { width: 90, height: 60, format: 'gif', text: '█', textSize: 40 } as const
      const bytes = await studio.render(picture, { ...part, textColor: red })
      for (const page of [0, 1, 2]) {
        const frame = await sharp(bytes, { page }).png().toBuffer()
        expect(nameColour(await readPixel(frame, 45, 30))).toBe('red')
      }
    })
  })
}
