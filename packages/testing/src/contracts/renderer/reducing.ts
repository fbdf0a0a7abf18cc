import { describe, expect, it } from '@jest/globals'
import sharp from 'sharp'
import { meanDifference } from '../../images/compare.ts'
import { makePhoto } from '../../images/make-photo.ts'
import type { Studio } from './studio.ts'

const photo = { width: 600, height: 450, format: 'jpeg', quality: 95 } as const

export function describeReducing(studio: Studio): void {
  describe('a reduction', () => {
    it.each([3.5, 5, 6.4, 10, 12])(
      'of a JPEG by %d is as sharp as a Lanczos reduction of all its pixels',
      async (times) => {
        const image = await makePhoto(photo)
        const box = {
          width: Math.round(photo.width / times),
          height: Math.round(photo.height / times),
        }
        const bytes = await studio.render(image, { ...box, fit: 'cover', format: 'png' })
        const { width, height } = await sharp(bytes).metadata()
        const pixels = await sharp(image).png().toBuffer()
        const reduced = sharp(pixels).resize({ width, height, fit: 'fill' })
        const reference = await reduced.png().toBuffer()
        const [shown, expected] = [await sharp(bytes).stats(), await sharp(reference).stats()]
        expect(shown.sharpness / expected.sharpness).toBeGreaterThan(0.96)
        expect(await meanDifference(bytes, reference)).toBeLessThan(1.25)
      },
    )
  })
}
