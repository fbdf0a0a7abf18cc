import { describe, expect, it } from '@jest/globals'
import sharp from 'sharp'
import { type Point, type Variant, parseRect } from '@iaas/common/image'
import { readPixels } from '../../images/compare.ts'
import { makeVariant } from '../../variants.ts'
import { type Studio, contractBounds } from './studio.ts'

const size = { width: 600, height: 400 }
const spotSide = 60
/** Middle of the spot. */
const focal: Point = { x: 530 / size.width, y: 60 / size.height }

/** Draws a grey image with a red spot around the focal point. */
async function drawSpot(): Promise<Buffer> {
  const create = { ...size, channels: 3, background: '#8a8a8a' } as const
  const spot = { width: spotSide, height: spotSide, channels: 3, background: '#e02020' } as const
  return sharp({ create })
    .composite([{ input: { create: spot }, left: 500, top: 30 }])
    .png()
    .toBuffer()
}

async function countRed(bytes: Buffer): Promise<number> {
  const { data } = await readPixels(bytes)
  let red = 0
  for (let at = 0; at < data.length; at += 3)
    if ((data[at] ?? 0) - (data[at + 1] ?? 0) > 80) red += 1
  return red
}

export function describeFocal(studio: Studio): void {
  async function render(image: Buffer, part: Partial<Variant>, point: Point | undefined) {
    const variant = makeVariant({ format: 'png', fit: 'crop', gravity: 'focal', ...part })
    const path = await studio.store(image)
    const task = { path, variant, bounds: contractBounds, focal: point }
    const outcome = await studio.renderer.render(task)
    if (outcome.kind !== 'rendered') throw new Error(`The outcome was ${outcome.kind}.`)
    return Buffer.from(outcome.bytes)
  }

  describe('the focal point of an original', () => {
    it.each([
      [1 / 6, { width: 20, height: 66 }],
      [0.25, { width: 40, height: 100 }],
      [0.75, { width: 300, height: 300 }],
      [0.25, { width: 150, height: 40 }],
      [0.25, { width: 100, height: 40, rotate: 90 }],
      [0.25, { width: 100, height: 40, rotate: 270, flip: 'horizontal' }],
      [0.25, { width: 40, height: 100, flip: 'both' }],
      [0.5, { width: 60, height: 200, rect: parseRect('300,0,300,400') }],
      [0.25, { width: 40, height: 100, gravity: 'focal', enlarge: false }],
    ] as const)('is in a crop at scale %f with %j', async (scale, part) => {
      const red = await countRed(await render(await drawSpot(), part, focal))
      expect(red).toBeGreaterThan(0.85 * (spotSide * scale) ** 2)
    })

    it('is a point of the displayed image, whatever EXIF says', async () => {
      const image = await drawSpot()
      const upright = await render(image, { width: 40, height: 100 }, focal)
      for (let orientation = 1; orientation <= 8; orientation += 1) {
        const undo = sharp(image).withMetadata({ orientation: undo8(orientation) })
        const stored = await sharp(await undo.png().toBuffer(), { autoOrient: true })
          .withMetadata({ orientation })
          .png()
          .toBuffer()
        const made = await render(stored, { width: 40, height: 100 }, focal)
        expect([orientation, await countRed(made)]).toEqual([orientation, await countRed(upright)])
      }
    })

    it('is the middle of the part where none is set', async () => {
      const image = await drawSpot()
      for (const part of [
        { width: 40, height: 100 },
        { width: 40, height: 100, rect: parseRect('300,0,300,400'), rotate: 90 },
      ] as const) {
        const [unset, centred] = await Promise.all([
          render(image, part, undefined),
          render(image, { ...part, gravity: makeVariant().gravity }, focal),
        ])
        expect(unset.equals(centred)).toBe(true)
      }
    })

    it('moves with the border that is trimmed', async () => {
      const border = { left: 100, right: 0, top: 0, bottom: 0, background: '#ffffff' }
      const framed = await sharp(await drawSpot())
        .extend(border)
        .png()
        .toBuffer()
      const point = { x: 630 / 700, y: focal.y }
      const part = { width: 40, height: 100, trim: 10 } as const
      const [trimmed, plain] = await Promise.all([
        render(framed, part, point),
        render(await drawSpot(), { width: 40, height: 100 }, focal),
      ])
      expect(await countRed(trimmed)).toBe(await countRed(plain))
    })

    it('is kept in every frame of an animation', async () => {
      const still = await drawSpot()
      const { data, ...raw } = await readPixels(still)
      // Encoders drop a frame that equals the one before.
      const darker = data.map((value) => Math.max(0, value - 20))
      const frames = Buffer.concat([data, darker])
      const animation = await sharp(frames, {
        raw: { width: raw.width, height: 2 * raw.height, channels: 3, pageHeight: raw.height },
      })
        .gif({ delay: [50, 50] })
        .toBuffer()
      const made = await render(animation, { format: 'gif', width: 40, height: 100 }, focal)
      const pages = await sharp(made, { pages: -1 }).removeAlpha().png().toBuffer()
      expect(await countRed(pages)).toBeGreaterThan(2 * 0.85 * (spotSide * 0.25) ** 2)
    })
  })
}

/** Returns the orientation that undoes another one: a quarter turn is undone by the opposite one. */
function undo8(orientation: number): number {
  return orientation === 6 ? 8 : orientation === 8 ? 6 : orientation
}
