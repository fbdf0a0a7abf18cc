import { describe, expect, it } from '@jest/globals'
import type { Format } from '@iaas/common/image'
import sharp from 'sharp'
import { meanDifference } from '../../images/compare.ts'
import { makeDrawing, paintDrawing } from '../../images/make-drawing.ts'
import { makePhoto } from '../../images/make-photo.ts'
import type { Studio } from './studio.ts'

const drawing = { width: 200, height: 150, colours: 12 }
const box = { width: 200, height: 150 }
const half = { width: 100, height: 75 }

const readRgba = (image: Uint8Array) =>
  sharp(image).toColourspace('srgb').ensureAlpha().raw().toBuffer()

export function describeBytes(studio: Studio): void {
  describe('the bytes of a rendition', () => {
    it.each(['jpg', 'png'] as const)(
      'have one channel in %s if the source is grey',
      async (format) => {
        for (const source of ['jpeg', 'png', 'tiff'] as const) {
          const image = await makePhoto({ ...box, format: source, grey: true })
          for (const fit of ['clip', 'canvas'] as const) {
            const bytes = await studio.render(image, { ...half, fit, format })
            expect(await sharp(bytes).metadata()).toMatchObject({ channels: 1, space: 'b-w' })
          }
        }
      },
    )

    it('keep grey with transparency in two channels', async () => {
      const grey = paintDrawing({ ...drawing, colours: 256, grey: true, alpha: true })
      for (const [at, value] of grey.entries())
        if (at % 4 === 3) grey[at] = (at >> 4) % 256 || value
      const source = sharp(grey, { raw: { ...box, channels: 4 } })
      const bytes = await studio.render(await source.png().toBuffer(), { ...box, format: 'png' })
      expect(bytes[25]).toBe(4)
      expect(await readRgba(bytes)).toEqual(grey)
    })

    it.each([
      ['two greys', { colours: 2, grey: true }, { type: 0, bits: 1 }],
      ['sixteen greys', { colours: 16, grey: true }, { type: 0, bits: 4 }],
      ['four colours', { colours: 4 }, { type: 3, bits: 2 }],
      ['sixteen colours', { colours: 12 }, { type: 3, bits: 4 }],
      ['colours with transparency', { colours: 12, alpha: true }, { type: 3, bits: 4 }],
      ['many colours', { colours: 200, alpha: true }, { type: 3, bits: 8 }],
    ] as const)('are a PNG of few bits for %s, pixel for pixel', async (_name, part, expected) => {
      const options = { ...drawing, ...part }
      const trueColour = await makeDrawing(options)
      const indexed = await sharp(trueColour).png({ palette: true, compressionLevel: 9 }).toBuffer()
      for (const image of [trueColour, indexed]) {
        const bytes = await studio.render(image, { ...box, format: 'png' })
        expect({ type: bytes[25], bits: bytes[24] }).toEqual(expected)
        expect(await readRgba(bytes)).toEqual(await readRgba(image))
        expect(bytes.length).toBeLessThanOrEqual(1.03 * image.length)
      }
    })

    it('are a palette for a scaled drawing, whose difference to true colour cannot be seen', async () => {
      const small = await makeDrawing({ width: 100, height: 75, colours: 3 })
      const magnified = sharp(small).resize({ width: 400, height: 300, kernel: 'nearest' })
      const image = await magnified.png({ palette: true }).toBuffer()
      const size = { width: 300, height: 225 }
      const bytes = await studio.render(image, { ...size, format: 'png' })
      expect(bytes[25]).toBe(3)
      const scaled = await sharp(image)
        .resize({ ...size, fit: 'fill' })
        .png()
        .toBuffer()
      expect(bytes.length).toBeLessThan(scaled.length)
      expect(await meanDifference(bytes, scaled)).toBeLessThan(1.5)
    })

    it('are true colour for a scaled photograph whose source has a palette', async () => {
      const photo = await makePhoto({ ...box, format: 'png' })
      const image = await sharp(photo).png({ palette: true, colours: 256 }).toBuffer()
      const bytes = await studio.render(image, { ...half, format: 'png' })
      expect(bytes[25]).toBe(2)
    })

    it('are lossless WebP for a drawing, and lossy WebP for a photograph', async () => {
      const image = await makeDrawing(drawing)
      const bytes = await studio.render(image, { ...box, format: 'webp' })
      expect(bytes.includes('VP8L')).toBe(true)
      expect(await readRgba(bytes)).toEqual(await readRgba(image))
      const photo = await makePhoto({ ...box, format: 'png' })
      expect((await studio.render(photo, { ...box, format: 'webp' })).includes('VP8 ')).toBe(true)
    })

    it.each(['4:2:0', '4:4:4'] as const)(
      'keep the chroma subsampling %s of the original with quality auto',
      async (chromaSubsampling) => {
        for (const quality of [80, 96]) {
          const options = { ...box, format: 'jpeg', quality, chromaSubsampling } as const
          const bytes = await studio.render(await makePhoto(options), { ...half, quality: 'auto' })
          expect((await sharp(bytes).metadata()).chromaSubsampling).toBe(chromaSubsampling)
        }
      },
    )

    it.each(['webp', 'avif'] as const)('have the quality of an original in %s', async (format) => {
      const sizes: number[] = []
      for (const quality of [25, 50, 75, 90]) {
        const image = await makePhoto({ ...box, format, quality })
        const bytes = await studio.render(image, { ...box, format: 'webp', quality: 'auto' })
        expect(bytes.length).toBeLessThan(format === 'webp' ? 1.03 * image.length : Infinity)
        sizes.push(bytes.length)
      }
      expect(sizes).toEqual(sizes.toSorted((one, other) => one - other))
      const [worst = 0, , , best = 0] = sizes
      expect(worst).toBeLessThan(best / 3)
    })

    it('are no more than those of the original, at its size and in its format', async () => {
      const photo = { width: 320, height: 240 }
      const originals: readonly (readonly [Format, Buffer])[] = [
        ['jpg', await makePhoto({ ...photo, format: 'jpeg', quality: 60 })],
        ['jpg', await makePhoto({ ...photo, format: 'jpeg', quality: 97 })],
        [
          'jpg',
          await sharp(await makePhoto({ ...photo, format: 'png' }))
            .jpeg({ mozjpeg: true })
            .toBuffer(),
        ],
        ['jpg', await makePhoto({ ...photo, format: 'jpeg', grey: true, progressive: true })],
        [
          'png',
          await sharp(await makePhoto({ ...photo, format: 'png' }))
            .png({ compressionLevel: 9, adaptiveFiltering: true })
            .toBuffer(),
        ],
        ['webp', await makePhoto({ ...photo, format: 'webp', quality: 70 })],
        [
          'webp',
          await sharp(await makeDrawing(drawing))
            .webp({ lossless: true, effort: 6 })
            .toBuffer(),
        ],
      ]
      for (const [format, original] of originals) {
        const { width, height } = await sharp(original).metadata()
        const bytes = await studio.render(original, { width, height, format })
        expect([format, bytes.length / original.length <= 1.03]).toEqual([format, true])
      }
    })
  })
}
