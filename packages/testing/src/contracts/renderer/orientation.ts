import { describe, expect, it } from '@jest/globals'
import { fits } from '@iaas/common/image'
import sharp from 'sharp'
import { meanDifference } from '../../images/compare.ts'
import { makePhoto } from '../../images/make-photo.ts'
import type { Studio } from './studio.ts'

const orientations = [1, 2, 3, 4, 5, 6, 7, 8] as const
const photo = { width: 160, height: 100, format: 'jpeg', quality: 95 } as const

/** Boxes of every kind: scaled far down, up, cropped a little, and cropped so much that the crop comes first. */
const boxes = [
  { width: 20, height: 20 },
  { width: 170, height: 165 },
  { width: 10, height: 90 },
  { width: 90, height: 6 },
]

/** Scaling before rotating is not exactly rotating before scaling. A wrongly rotated image differs by 40 or more. */
const tolerance = 8

const turnUpright = (image: Uint8Array) => sharp(image, { autoOrient: true }).png().toBuffer()

export function describeOrientation(studio: Studio): void {
  describe.each(orientations)('EXIF orientation %i', (orientation) => {
    it('counts for the size', async () => {
      const path = await studio.store(await makePhoto({ ...photo, orientation }))
      const upright = orientation < 5 ? [160, 100] : [100, 160]
      const { size } = await studio.renderer.inspect({ path })
      expect([size.width, size.height]).toEqual(upright)
    })

    it.each(fits)('shows the image upright with fit=%s', async (fit) => {
      const turned = await makePhoto({ ...photo, orientation })
      const upright = await turnUpright(turned)
      for (const box of boxes) {
        const part = { ...box, fit, format: 'png' } as const
        const made = await studio.render(turned, part)
        const expected = await studio.render(upright, part)
        expect(await meanDifference(made, expected)).toBeLessThan(tolerance)
        expect((await sharp(made).metadata()).orientation).toBeUndefined()
      }
    })

    it('counts for the region that an upload is cropped to', async () => {
      const turned = await makePhoto({ ...photo, orientation })
      const region = { left: 5, top: 30, width: 70, height: 50 }
      const { outputPath, size } = await studio.ingest(turned, region)
      const expected = await sharp(await turnUpright(turned))
        .extract(region)
        .png()
        .toBuffer()
      expect(size).toEqual({ width: 70, height: 50 })
      const kept = await sharp(outputPath).png().toBuffer()
      expect(await meanDifference(kept, expected)).toBeLessThan(4)
      expect((await studio.renderer.inspect({ path: outputPath })).size).toEqual(size)
    })
  })
}
