import { describe, expect, it } from '@jest/globals'
import { type Variant, parseOption } from '@iaas/common/image'
import { readPixel, readPixels } from '../../images/compare.ts'
import { makeGrid, nameColour } from '../../images/make-grid.ts'
import type { Studio } from './studio.ts'

const grid = { width: 180, height: 120 }

export function describeFraming(studio: Studio): void {
  /** Names the colours at the four corners and in the middle. */
  async function look(part: Partial<Variant>): Promise<string> {
    const bytes = await studio.render(await makeGrid(grid), { format: 'png', ...part })
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

const gravityBox = { width: 60, height: 60, fit: 'crop' } as const
