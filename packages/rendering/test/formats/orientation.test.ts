import { describe, expect, it } from '@jest/globals'
import type { Region, Size } from '@iaas/common/image'
import {
  type Orientation,
  toOrientation,
  toStoredRegion,
  toStoredSize,
  rotations,
} from '@iaas/rendering/formats/orientation'
import fc from 'fast-check'
import sharp from 'sharp'

const orientations: readonly Orientation[] = [1, 2, 3, 4, 5, 6, 7, 8]

/** An image in which no two pixels are equal, as it is stored. */
function paint({ width, height }: Size): Buffer {
  return Buffer.from(
    Array.from({ length: width * height }, (_, index) => [index & 255, index >> 8, 7]).flat(),
  )
}

/** The displayed region, as sharp itself turns and cuts. */
function cutDisplayed(stored: Size, orientation: Orientation, region: Region): Promise<Buffer> {
  const raw = { ...stored, channels: 3 } as const
  return sharp(paint(stored), { raw })
    .withMetadata({ orientation })
    .tiff({ compression: 'none' })
    .toBuffer()
    .then((tiff) => sharp(tiff, { autoOrient: true }).extract(region).raw().toBuffer())
}

describe('the orientation of a stored image', () => {
  it.each(orientations)(
    '%i: a displayed region is what is cut from the stored image and turned',
    async (orientation) => {
      const stored = { width: 11, height: 7 }
      const displayed = toStoredSize(stored, orientation)
      const { upsideDown, leftToRight, degrees } = rotations[orientation]
      const regions = fc
        .record({ left: fc.nat(displayed.width - 1), top: fc.nat(displayed.height - 1) })
        .chain(({ left, top }) =>
          fc.record({
            left: fc.constant(left),
            top: fc.constant(top),
            width: fc.integer({ min: 1, max: displayed.width - left }),
            height: fc.integer({ min: 1, max: displayed.height - top }),
          }),
        )
      await fc.assert(
        fc.asyncProperty(regions, async (region) => {
          const cut = await sharp(paint(stored), { raw: { ...stored, channels: 3 } })
            .extract(toStoredRegion(region, displayed, orientation))
            .raw()
            .toBuffer()
          const { width, height } = toStoredSize(region, orientation)
          const turned = await sharp(cut, { raw: { width, height, channels: 3 } })
            .resize({ width, height, fit: 'fill' })
            .flip(upsideDown)
            .flop(leftToRight)
            .rotate(degrees)
            .raw()
            .toBuffer()
          expect(turned.equals(await cutDisplayed(stored, orientation, region))).toBe(true)
        }),
        { numRuns: 20 },
      )
    },
  )

  it('is 1 for whatever is none', () => {
    for (const value of [undefined, 0, 9, -1, 1.5, Number.NaN]) expect(toOrientation(value)).toBe(1)
    for (const value of orientations) expect(toOrientation(value)).toBe(value)
  })
})
