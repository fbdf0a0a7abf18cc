import { describe, expect, it } from '@jest/globals'
import sharp from 'sharp'
import { meanDifference } from '../../images/compare.ts'
import { makePhoto } from '../../images/make-photo.ts'
import type { Studio } from './studio.ts'

const photo = { width: 200, height: 150 } as const

export function describeAvif(studio: Studio): void {
  describe('AVIF renditions', () => {
    it('have subsampled chroma and eight bits, whatever the original has', async () => {
      for (const chromaSubsampling of ['4:2:0', '4:4:4'] as const) {
        const image = await makePhoto({ ...photo, format: 'jpeg', quality: 95, chromaSubsampling })
        const bytes = await studio.render(image, { ...photo, format: 'avif' })
        const [, flags = 0, subsampling = 0] =
          /av1C\u0081([^])([^])/
            .exec(bytes.toString('latin1'))
            ?.map((part) => part.charCodeAt(0)) ?? []
        // AV1 codec configuration: profile 0; no high bit depth, not monochrome, both directions subsampled.
        expect([flags >> 5, subsampling & 0b111_1100]).toEqual([0, 0b000_1100])
      }
    })

    it('keep transparency', async () => {
      const image = await makePhoto({ ...photo, format: 'png', alpha: true })
      const bytes = await studio.render(image, { ...photo, format: 'avif', quality: 90 })
      const alphaOf = (image: Uint8Array) => sharp(image).extractChannel('alpha').png().toBuffer()
      expect(await meanDifference(await alphaOf(bytes), await alphaOf(image))).toBeLessThan(2)
    })

    it('show grey images grey', async () => {
      const image = await makePhoto({ ...photo, format: 'jpeg', grey: true })
      const bytes = await studio.render(image, { ...photo, format: 'avif', quality: 90 })
      expect(await meanDifference(bytes, image)).toBeLessThan(4)
    })

    it('are as close to the original as a JPEG of the same quality, in fewer bytes', async () => {
      const image = await makePhoto({ ...photo, format: 'png' })
      for (const quality of [50, 70, 80, 92]) {
        const avif = await studio.render(image, { ...photo, format: 'avif', quality })
        const jpeg = await studio.render(image, { ...photo, format: 'jpg', quality })
        const ratio = (await meanDifference(avif, image)) / (await meanDifference(jpeg, image))
        expect([quality, ratio > 0.7 && ratio < 1.3]).toEqual([quality, true])
        expect(avif.length).toBeLessThan(jpeg.length)
      }
    })

    it('have the quality of the original with quality auto', async () => {
      const sizes: number[] = []
      for (const quality of [25, 50, 75, 90]) {
        const image = await makePhoto({ ...photo, format: 'jpeg', quality })
        sizes.push((await studio.render(image, { ...photo, format: 'avif' })).length)
      }
      expect(sizes).toEqual(sizes.toSorted((one, other) => one - other))
    })

    it('have the bytes of an AVIF original of the same size, at most', async () => {
      for (const quality of [30, 50, 63, 80]) {
        const image = await makePhoto({ ...photo, format: 'avif', quality })
        const bytes = await studio.render(image, { ...photo, format: 'avif' })
        expect([quality, bytes.length / image.length < 1.05]).toEqual([quality, true])
        expect([quality, bytes.length / image.length > 0.6]).toEqual([quality, true])
      }
    })
  })
}
