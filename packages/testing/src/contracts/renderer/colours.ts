import { describe, expect, it } from '@jest/globals'
import { type Format, qualityNames } from '@iaas/common/image'
import sharp from 'sharp'
import { meanDifference, readPixel } from '../../images/compare.ts'
import { makeAnimatedGif } from '../../images/make-animation.ts'
import { makePhoto } from '../../images/make-photo.ts'
import type { Studio } from './studio.ts'

const photo = { width: 120, height: 80 }
const box = { width: 60, height: 60 }
const targets: readonly Format[] = ['jpg', 'png', 'webp']

const isWhite = (pixel: readonly number[]) => pixel.every((value) => value >= 250)

export function describeColours(studio: Studio): void {
  describe('colours and qualities', () => {
    it('puts transparency on white where the output has none, and keeps it where it has', async () => {
      const image = await makePhoto({ ...photo, format: 'png', alpha: true })
      const onWhite = await sharp(image).flatten({ background: '#fff' }).png().toBuffer()
      for (const format of targets) {
        const bytes = await studio.render(image, { ...box, format, quality: 95 })
        expect((await sharp(bytes).metadata()).hasAlpha).toBe(format !== 'jpg')
        const expected = await studio.render(onWhite, { ...box, format: 'png' })
        expect(await meanDifference(bytes, expected)).toBeLessThan(5)
      }
    })

    it.each(targets)('fills the rest of a canvas with white in %s', async (format) => {
      for (const alpha of [false, true]) {
        const image = await makePhoto({ ...photo, format: 'png', alpha })
        const bytes = await studio.render(image, { ...box, fit: 'canvas', format })
        expect(isWhite(await readPixel(bytes, 2, 2))).toBe(true)
        expect(isWhite(await readPixel(bytes, -2, -2))).toBe(true)
        expect(isWhite(await readPixel(bytes, 3, 14))).toBe(false)
        const corner = sharp(bytes).extract({ left: 0, top: 0, width: 1, height: 1 })
        expect((await corner.ensureAlpha().raw().toBuffer())[3]).toBe(255)
      }
    })

    it.each(targets)('puts white behind the image of a canvas as well, in %s', async (format) => {
      const image = await makePhoto({ ...photo, format: 'png', alpha: true })
      const onWhite = await sharp(image).flatten({ background: '#fff' }).png().toBuffer()
      for (const size of [box, photo]) {
        const canvas = { ...size, fit: 'canvas', quality: 95 } as const
        const bytes = await studio.render(image, { ...canvas, format })
        expect((await sharp(bytes).stats()).isOpaque).toBe(true)
        const expected = await studio.render(onWhite, { ...canvas, format: 'png' })
        expect(await meanDifference(bytes, expected)).toBeLessThan(5)
      }
    })

    it.each([
      ['CMYK', { format: 'jpeg', cmyk: true }, 25],
      ['progressive CMYK', { format: 'jpeg', cmyk: true, progressive: true }, 25],
      ['16-bit PNG', { format: 'png', bits16: true }, 3],
      ['interlaced PNG', { format: 'png', progressive: true }, 3],
      ['16-bit TIFF', { format: 'tiff', bits16: true }, 3],
    ] as const)('shows %s in the colours of sRGB', async (_name, options, allowed) => {
      const expected = await studio.render(await makePhoto({ ...photo, format: 'png' }), {
        ...box,
        format: 'png',
      })
      const bytes = await studio.render(await makePhoto({ ...photo, ...options }), {
        ...box,
        format: 'png',
      })
      expect(await sharp(bytes).metadata()).toMatchObject({ space: 'srgb', depth: 'uchar' })
      expect(await meanDifference(bytes, expected)).toBeLessThan(allowed)
    })

    it.each([
      ['jpg', { low: 45, medium: 65, high: 80, best: 92 }],
      ['webp', { low: 56, medium: 80, high: 88, best: 98 }],
      ['avif', { low: 52, medium: 73, high: 87, best: 95 }],
    ] as const)(
      'gives the names of qualities numbers of their own in %s',
      async (format, numbers) => {
        const image = await makePhoto({ ...photo, format: 'jpeg' })
        for (const name of qualityNames) {
          const named = await studio.render(image, { ...box, format, quality: name })
          const numbered = await studio.render(image, { ...box, format, quality: numbers[name] })
          expect([name, named.equals(numbered)]).toEqual([name, true])
        }
      },
    )

    it('keeps grey grey', async () => {
      for (const source of ['jpeg', 'png', 'webp', 'tiff'] as const) {
        const image = await makePhoto({ ...photo, format: source, grey: true })
        for (const format of targets) {
          const [red, green, blue] = await readPixel(
            await studio.render(image, { ...box, format }),
            20,
            20,
          )
          expect(Math.max(red, green, blue) - Math.min(red, green, blue)).toBeLessThanOrEqual(3)
          expect(red).toBeGreaterThan(40)
        }
      }
    })

    it('leaves all metadata out, and brings the colours of a profile into sRGB', async () => {
      const image = await sharp(await makePhoto({ ...photo, format: 'png' }))
        .withIccProfile('p3')
        .withExif({ IFD0: { Copyright: 'somebody' } })
        .jpeg({ quality: 95 })
        .toBuffer()
      expect(await sharp(image).metadata()).toMatchObject({ icc: expect.anything() })
      const original = await makePhoto({ ...photo, format: 'png' })
      for (const format of targets) {
        const bytes = await studio.render(image, { ...box, format, quality: 95 })
        const { icc, exif, xmp, iptc } = await sharp(bytes).metadata()
        expect([icc, exif, xmp, iptc]).toEqual([undefined, undefined, undefined, undefined])
        expect(bytes.includes('somebody')).toBe(false)
        const expected = await studio.render(original, { ...box, format: 'png' })
        expect(await meanDifference(bytes, expected)).toBeLessThan(6)
      }
    })

    it.each(['png', 'tiff'] as const)(
      'brings the colours of a profile into sRGB from sixteen bits in %s as well',
      async (format) => {
        const original = await makePhoto({ ...photo, format: 'png' })
        const deep = sharp(original).toColourspace('rgb16').withIccProfile('p3')
        const image = await deep.toFormat(format, { compression: 'deflate' }).toBuffer()
        const facts = { depth: 'ushort', icc: expect.anything() }
        expect(await sharp(image).metadata()).toMatchObject(facts)
        const bytes = await studio.render(image, { ...box, format: 'png' })
        const expected = await studio.render(original, { ...box, format: 'png' })
        expect(await meanDifference(bytes, expected)).toBeLessThan(3)
      },
    )

    it('shows the first frame of an animation', async () => {
      const gif = await makeAnimatedGif(60, 40, 3)
      const webp = await sharp(gif, { animated: true }).webp().toBuffer()
      const first = await studio.render(await makePhoto({ width: 60, height: 40, format: 'png' }), {
        ...box,
        format: 'png',
      })
      for (const animation of [gif, webp]) {
        for (const format of targets) {
          const bytes = await studio.render(animation, { ...box, format })
          expect((await sharp(bytes).metadata()).pages ?? 1).toBe(1)
          expect(await meanDifference(bytes, first)).toBeLessThan(12)
        }
      }
    })

    it('writes progressive JPEG', async () => {
      const bytes = await studio.render(await makePhoto({ ...photo, format: 'png' }), box)
      expect(await sharp(bytes).metadata()).toMatchObject({ format: 'jpeg', isProgressive: true })
    })

    it('smooths the image where a blur is asked for', async () => {
      const image = await makePhoto({ ...photo, format: 'png' })
      for (const format of targets) {
        const [plain, blurred] = await Promise.all(
          [false, true].map((blur) => studio.render(image, { ...box, format, blur })),
        )
        const [before, after] = await Promise.all(
          [plain, blurred].map(async (bytes) => (await sharp(bytes).stats()).sharpness),
        )
        expect(after).toBeLessThan((before ?? 0) / 2)
        expect(
          await meanDifference(plain ?? Buffer.alloc(0), blurred ?? Buffer.alloc(0)),
        ).toBeLessThan(40)
      }
    })

    it('takes the quality that is asked for', async () => {
      const image = await makePhoto({ ...photo, format: 'png' })
      for (const format of ['jpg', 'webp'] as const) {
        const sizes: number[] = []
        for (const quality of [0, 1, 40, 95]) {
          sizes.push((await studio.render(image, { ...box, format, quality })).length)
        }
        expect(sizes[0]).toBe(sizes[1])
        expect(sizes.slice(1)).toEqual(sizes.slice(1).toSorted((one, other) => one - other))
        expect(new Set(sizes).size).toBe(3)
      }
    })

    it.each([15, 35, 77, 96])(
      'keeps the quality %i of a JPEG original by default',
      async (quality) => {
        const chromaSubsampling = quality < 90 ? '4:2:0' : '4:4:4'
        const options = { ...photo, format: 'jpeg', quality, chromaSubsampling } as const
        const image = await makePhoto(options)
        for (const format of ['jpg', 'webp'] as const) {
          const kept = await studio.render(image, { ...box, format, quality: 'auto' })
          const asked = await studio.render(image, { ...box, format, quality })
          expect(kept.equals(asked)).toBe(true)
        }
      },
    )

    it('takes 92 by default for a lossless original', async () => {
      for (const format of ['png', 'gif', 'tiff'] as const) {
        const image = await makePhoto({ ...photo, format })
        const kept = await studio.render(image, { ...box, quality: 'auto' })
        expect(kept.equals(await studio.render(image, { ...box, quality: 92 }))).toBe(true)
      }
    })
  })
}
