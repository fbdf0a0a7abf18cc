import { describe, expect, it } from '@jest/globals'
import sharp from 'sharp'
import { makePhoto } from '../../images/make-photo.ts'
import type { Studio } from './studio.ts'

// Tests access globals through their sandbox, which is slow.
const { abs, floor, max, min, round } = Math

const photo = { width: 45, height: 30 }
/** Boxes of the renders: twice the size, by fractions, and by one pixel. */
const boxes = [
  { width: 90, height: 60 },
  { width: 160, height: 107 },
  { width: 46, height: 31 },
] as const

type Plane = { readonly width: number; readonly height: number; readonly data: Buffer }

const readPlane = async (image: Uint8Array): Promise<Plane> => {
  const { data, info } = await sharp(image)
    .flatten({ background: '#fff' })
    .toColourspace('srgb')
    .extractChannel(0)
    .raw()
    .toBuffer({ resolveWithObject: true })
  return { width: info.width, height: info.height, data }
}

/** Enlarges by cubic convolution (Keys, a = -0.5), aligned at the centres of both images, with repeated borders. */
function enlarge(plane: Plane, width: number, height: number): Plane {
  const at = (x: number, y: number) => {
    const [column, row] = [clamp(x, plane.width), clamp(y, plane.height)]
    return plane.data[row * plane.width + column] ?? 0
  }
  const data = Buffer.alloc(width * height)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const [u, v] = [
        ((x + 0.5) * plane.width) / width - 0.5,
        ((y + 0.5) * plane.height) / height - 0.5,
      ]
      let sum = 0
      for (let j = -1; j < 3; j += 1) {
        for (let i = -1; i < 3; i += 1) {
          const [column, row] = [floor(u) + i, floor(v) + j]
          sum += cubic(u - column) * cubic(v - row) * at(column, row)
        }
      }
      data[y * width + x] = max(0, min(255, round(sum)))
    }
  }
  return { width, height, data }
}

function clamp(place: number, side: number): number {
  return max(0, min(side - 1, place))
}

function cubic(distance: number): number {
  const t = abs(distance)
  if (t >= 2) return 0
  return t < 1 ? 1.5 * t ** 3 - 2.5 * t ** 2 + 1 : -0.5 * t ** 3 + 2.5 * t ** 2 - 4 * t + 2
}

function differenceOf(one: Plane, other: Plane): number {
  expect([one.width, one.height]).toEqual([other.width, other.height])
  const sum = one.data.reduce((all, value, at) => all + abs(value - (other.data[at] ?? 0)), 0)
  return sum / one.data.length
}

export function describeEnlarging(studio: Studio): void {
  describe('an enlargement', () => {
    it.each(boxes)('is cubic, centre on centre, up to its borders: %j', async (box) => {
      for (const options of [{}, { grey: true }, { alpha: true }]) {
        const image = await makePhoto({ ...photo, format: 'png', ...options })
        const bytes = await studio.render(image, { ...box, format: 'jpg', quality: 100 })
        const shown = await readPlane(bytes)
        const expected = enlarge(await readPlane(image), shown.width, shown.height)
        expect(differenceOf(shown, expected)).toBeLessThan(1.6)
      }
    })

    it('that is cropped shows the same part of it', async () => {
      const image = await makePhoto({ ...photo, format: 'png' })
      for (const [width, height] of [
        [100, 130],
        [161, 60],
        [46, 46],
      ] as const) {
        const box = { width, height, format: 'png' } as const
        const whole = await studio.render(image, { ...box, fit: 'cover' })
        const cropped = await readPlane(await studio.render(image, { ...box, fit: 'crop' }))
        const full = await sharp(whole).metadata()
        const left = floor((full.width - width) / 2)
        const top = floor((full.height - height) / 2)
        const part = await sharp(whole).extract({ left, top, width, height }).png().toBuffer()
        expect(differenceOf(cropped, await readPlane(part))).toBeLessThan(0.6)
      }
    })

    it('of a mirrored image is the mirrored enlargement, in every fit', async () => {
      const image = await makePhoto({ ...photo, format: 'png', alpha: true })
      const mirrored = await sharp(image).flip().flop().png().toBuffer()
      for (const fit of ['clip', 'crop', 'cover', 'canvas'] as const) {
        const box = { width: 180, height: 160, fit, format: 'png' } as const
        const [one, other] = [await studio.render(image, box), await studio.render(mirrored, box)]
        const back = await sharp(other).flip().flop().png().toBuffer()
        expect(differenceOf(await readPlane(one), await readPlane(back))).toBeLessThan(0.6)
      }
    })

    it('of a few pixels takes no more than its result', async () => {
      const dot = await sharp({
        create: { width: 1, height: 3, channels: 3, background: '#3c78b4' },
      })
        .png()
        .toBuffer()
      const bytes = await studio.render(dot, { width: 600, height: 1800, format: 'png' })
      const { dominant } = await sharp(bytes).stats()
      expect(await sharp(bytes).metadata()).toMatchObject({ width: 600, height: 1800 })
      expect(abs(dominant.r - 0x3c)).toBeLessThan(9)
    })
  })
}
