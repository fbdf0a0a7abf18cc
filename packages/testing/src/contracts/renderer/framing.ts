import { describe, expect, it } from '@jest/globals'
import sharp from 'sharp'
import { type Variant, parseOption, parseRect } from '@iaas/common/image'
import { readPixel, readPixels } from '../../images/compare.ts'
import { makeGrid, nameColour } from '../../images/make-grid.ts'
import type { Studio } from './studio.ts'

const grid = { width: 180, height: 120 }

export function describeFraming(studio: Studio): void {
  /** Describes a PNG of the grid. */
  async function look(part: Partial<Variant>): Promise<string> {
    return describeColours(await studio.render(await makeGrid(grid), { format: 'png', ...part }))
  }

  /** Names the size, the colours at the four corners and the one in the middle. */
  async function describeColours(bytes: Buffer): Promise<string> {
    const { width, height } = await readPixels(bytes)
    const [right, bottom] = [width - 3, height - 3]
    const places = [
      [2, 2],
      [right, 2],
      [width >> 1, height >> 1],
      [2, bottom],
      [right, bottom],
    ] as const
    const names = []
    for (const [x, y] of places) names.push(nameColour(await readPixel(bytes, x, y)))
    return `${width}x${height} ${names.join(' ')}`
  }

  const gravity = (text: string) => parseOption('gravity', text) as Variant['gravity']

  describe('options that frame the image', () => {
    it.each([
      ['center', '60x60 red blue grey brown black'],
      ['west', '60x60 red green grey brown purple'],
      ['east', '60x60 green blue cyan purple black'],
      ['0,0.5', '60x60 red green grey brown purple'],
    ])('crops around gravity=%s', async (name, seen) => {
      const cells = { ...gravityBox, gravity: gravity(name) }
      expect(await look(cells)).toBe(seen)
    })

    it.each([
      ['north', '10x60 green green grey purple purple'],
      ['southeast', '10x60 blue blue cyan black black'],
    ])('crops a thin box around gravity=%s before it scales', async (name, seen) => {
      const cells = { width: 10, height: 60, fit: 'crop', gravity: gravity(name) } as const
      expect(await look(cells)).toBe(seen)
    })

    it.each([
      ['north', '60x60 red blue purple white white'],
      ['south', '60x60 white white green brown black'],
      ['center', '60x60 white white grey white white'],
    ])('places the image on a canvas at gravity=%s', async (name, seen) => {
      const placed = { width: 60, height: 60, fit: 'canvas', gravity: gravity(name) } as const
      expect(await look(placed)).toBe(seen)
    })

    it.each([
      [{ rotate: 90 }, '120x180 brown red grey black blue'],
      [{ rotate: 180 }, '180x120 black brown grey blue red'],
      [{ rotate: 270 }, '120x180 blue black grey red brown'],
      [{ flip: 'horizontal' }, '180x120 blue red grey black brown'],
      [{ flip: 'vertical' }, '180x120 brown black grey red blue'],
      [{ flip: 'both' }, '180x120 black brown grey blue red'],
      [{ rotate: 90, flip: 'horizontal' }, '120x180 red brown grey blue black'],
      [{ rect: parseRect('60,40,120,80') }, '180x120 grey cyan black purple black'],
      [{ rect: parseRect('60,40,900,80'), rotate: 90 }, '120x180 purple grey cyan black cyan'],
    ] as const)('turns and cuts with %j', async (part, seen) => {
      expect(await look({ width: 180, height: 180, ...part })).toBe(seen)
    })

    it('cuts and turns what EXIF has turned, in every orientation', async () => {
      const cut = { rect: parseRect('0,0,60,80'), rotate: 90, flip: 'horizontal' } as const
      for (let orientation = 1; orientation <= 8; orientation += 1) {
        const stored = await sharp(await makeGrid(grid))
          .withMetadata({ orientation })
          .png()
          .toBuffer()
        const upright = await sharp(stored, { autoOrient: true }).png().toBuffer()
        const [made, expected] = await Promise.all(
          [stored, upright].map((image) =>
            studio.render(image, { format: 'png', ...gridBox, ...cut }),
          ),
        )
        expect([orientation, await describeColours(made!)]).toEqual([
          orientation,
          await describeColours(expected!),
        ])
      }
    })

    it('crops a turned part around its point', async () => {
      const part = { rect: parseRect('0,0,60,120'), rotate: 90, gravity: gravity('east') } as const
      expect(await look({ width: 20, height: 20, fit: 'crop', ...part })).toBe(
        '20x20 yellow red red yellow red',
      )
    })

    it('crops around the most striking point, in every size and orientation', async () => {
      const size = { width: 600, height: 400 }
      const spot = {
        input: { create: { width: 60, height: 60, channels: 3, background: '#e02020' } },
      } as const
      const plain = sharp({ create: { ...size, channels: 3, background: '#8a8a8a' } })
      const image = await plain
        .composite([{ ...spot, left: 500, top: 170 }])
        .jpeg({ quality: 95 })
        .toBuffer()
      for (const [scale, part] of [
        [0.25, { width: 40, height: 100 }],
        [0.5, { width: 200, height: 200 }],
        [0.75, { width: 300, height: 300 }],
        [1 / 3, { width: 100, height: 200, rotate: 90 }],
        [1 / 3, { width: 100, height: 60, rect: parseRect('300,0,300,400') }],
      ] as const) {
        const crop = { ...part, fit: 'crop', gravity: 'smart', format: 'png' } as const
        const bytes = await studio.render(image, crop)
        const { data } = await readPixels(bytes)
        let red = 0
        for (let at = 0; at < data.length; at += 3)
          if ((data[at] ?? 0) - (data[at + 1] ?? 0) > 80) red += 1
        expect([part, red > 0.8 * (60 * scale) ** 2]).toEqual([part, true])
      }
    })

    it('refuses a rectangle outside the image', async () => {
      const outside = look({ rect: parseRect('180,0,1,1') })
      await expect(outside).rejects.toMatchObject({ code: 'INVALID_OPTION' })
    })

    it.each([
      ['clip', '180x120 red blue grey brown black'],
      ['cover', '180x120 red blue grey brown black'],
      ['crop', '120x120 red blue grey brown black'],
      ['canvas', '300x300 white white grey white white'],
    ] as const)(
      'leaves a small image its size with enlarge=false and fit=%s',
      async (fit, seen) => {
        expect(await look({ width: 300, height: 300, fit, enlarge: false })).toBe(seen)
      },
    )
  })
}

const gridBox = { width: 180, height: 180 } as const
const gravityBox = { width: 60, height: 60, fit: 'crop' } as const
