import { describe, expect, it } from '@jest/globals'
import { readFile } from 'node:fs/promises'
import { type Variant, fits } from '@iaas/common/image'
import sharp from 'sharp'
import { dhash, distance } from '../../dhash.ts'
import { meanDifference } from '../../images/compare.ts'
import { makeAnimatedGif } from '../../images/make-animation.ts'
import { type PhotoOptions, makePhoto } from '../../images/make-photo.ts'
import { makeSample } from '../../images/make-sample.ts'
import { makeVariant } from '../../variants.ts'
import { type Studio, contractBounds, exists } from './studio.ts'

const photo = { width: 240, height: 180 }
const jpeg = { ...photo, format: 'jpeg', progressive: true, quality: 85 } as const
const png = { ...photo, format: 'png' } as const

type CostlyImage = readonly [name: string, form: 'jpeg' | 'png', make: () => Promise<Buffer>]

const made = (options: PhotoOptions) => () => makePhoto(options)

/** Every kind of image that costs more to decode than its copy, and the format of the copy. */
const costlyImages: readonly CostlyImage[] = [
  ['a progressive JPEG', 'jpeg', made(jpeg)],
  ['one of full colours', 'jpeg', made({ ...jpeg, chromaSubsampling: '4:4:4' })],
  ['one in grey', 'jpeg', made({ ...jpeg, grey: true })],
  ['one that lies on its side', 'jpeg', made({ ...jpeg, orientation: 6 })],
  ['one with a colour profile', 'jpeg', makeWideGamut],
  ['a JPEG in CMYK', 'jpeg', made({ ...photo, format: 'jpeg', cmyk: true, quality: 90 })],
  ['an interlaced PNG', 'png', made({ ...png, progressive: true })],
  ['one with transparency', 'png', made({ ...png, progressive: true, alpha: true })],
  ['a deep PNG', 'png', made({ ...png, bits16: true })],
  ['a deep PNG with a colour profile', 'png', makeDeepWideGamut],
  ['an AVIF', 'jpeg', made({ ...photo, format: 'avif' })],
  ['one with transparency as AVIF', 'png', made({ ...photo, format: 'avif', alpha: true })],
  ['a GIF', 'png', made({ ...photo, format: 'gif' })],
  ['an animation', 'png', () => makeAnimatedGif(photo.width, photo.height, 3)],
  ['a HEIC', 'jpeg', () => makeSample('heic')],
  ['a JPEG XL', 'jpeg', () => makeSample('jxl')],
  ['a deep TIFF', 'png', made({ ...photo, format: 'tiff', bits16: true })],
]

async function makeWideGamut(): Promise<Buffer> {
  const image = sharp(await makePhoto(png)).withIccProfile('p3')
  return image.jpeg({ quality: 90, progressive: true }).toBuffer()
}

async function makeDeepWideGamut(): Promise<Buffer> {
  const image = sharp(await makePhoto(png))
    .toColourspace('rgb16')
    .withIccProfile('p3')
  return image.png().toBuffer()
}

/** Difference that nobody sees, of 255. The fine and strong noise of the images makes up most of it. */
const invisible = 2

/** Describes the pixels of the copies of all kinds of images. */
export function describeCopiedPixels(studio: Studio): void {
  describe('the pixels of working copies', () => {
    describe.each(costlyImages)('%s', (_name, form, make) => {
      it('has a copy that is upright, in sRGB and cheap to decode', async () => {
        const image = await make()
        const { outcome, outputPath } = await studio.copy(image)
        expect(outcome).toMatchObject({ kind: 'copied' })
        const copy = await sharp(outputPath).metadata()
        const { size } = await studio.renderer.inspect({ path: await studio.store(image) })
        expect(copy).toMatchObject({ ...size, format: form, depth: 'uchar', isProgressive: false })
        expect([copy.icc, copy.exif, copy.orientation ?? 1]).toEqual([undefined, undefined, 1])
        // A copy of a copy would be pointless.
        expect((await studio.copy(await readFile(outputPath))).outcome.kind).toBe('pointless')
      })

      it('looks the same from its copy in every format and fit', async () => {
        const image = await make()
        const copy = await studio.copy(image)
        for (const fit of fits) {
          for (const format of ['jpg', 'png', 'webp'] as const) {
            await expectSame(image, copy, { width: 120, height: 120, fit, format, quality: 95 })
          }
        }
        await expectSame(image, copy, { width: 90, height: 90, format: 'png', blur: true })
      })
    })

    async function expectSame(
      image: Buffer,
      { outcome, outputPath }: Awaited<ReturnType<Studio['copy']>>,
      part: Partial<Variant>,
    ): Promise<void> {
      const quality = outcome.kind === 'copied' ? outcome.quality : undefined
      const original = await studio.render(image, part)
      const copied = await studio.render(await readFile(outputPath), part, quality)
      expect(await meanDifference(original, copied)).toBeLessThan(invisible)
      expect(distance(await dhash(original), await dhash(copied))).toBeLessThanOrEqual(4)
      const [one, other] = [await sharp(original).metadata(), await sharp(copied).metadata()]
      expect(other).toMatchObject({ format: one.format, hasAlpha: one.hasAlpha })
    }
  })
}

/** Describes working copies, and the images that have none. */
export function describeCopies(studio: Studio): void {
  describe('working copies', () => {
    it.each([30, 60, 85, 98])(
      'tells the quality of the original, and renders it: %d',
      async (quality) => {
        const image = await makePhoto({ ...jpeg, quality })
        const { outcome, outputPath } = await studio.copy(image)
        expect(outcome).toEqual({ kind: 'copied', quality })
        const copied = await studio.render(await readFile(outputPath), { format: 'jpg' }, quality)
        // A progressive rendition is costly itself, so its quality can be read the same way.
        const { outcome: again } = await studio.copy(copied)
        expect(again).toEqual({ kind: 'copied', quality })
      },
    )

    it('are pointless of what is cheap to decode, or small', async () => {
      const cheap = [
        await makePhoto({ ...photo, format: 'jpeg' }),
        await makePhoto(png),
        await makePhoto({ ...photo, format: 'webp' }),
        await makePhoto({ ...photo, format: 'tiff' }),
        await makePhoto({ ...jpeg, width: 30, height: 30 }),
      ]
      for (const image of cheap) {
        const { outcome, outputPath } = await studio.copy(image)
        expect(outcome).toEqual({ kind: 'pointless' })
        expect(await exists(outputPath)).toBe(false)
      }
    })

    it('are asked for by the render of what is costly to decode, and of nothing else', async () => {
      const costly = await studio.store(await makePhoto(jpeg))
      const cheap = await studio.store(await makePhoto(png))
      const [one, other] = await Promise.all(
        [costly, cheap].map((path) =>
          studio.renderer.render({ path, variant: makeVariant(), bounds: contractBounds }),
        ),
      )
      expect([one, other]).toMatchObject([{ isCostly: true }, { isCostly: false }])
    })

    it('are not made of what is damaged or no image', async () => {
      const image = await makePhoto(jpeg)
      await expect(studio.copy(image.subarray(0, image.length / 2))).rejects.toMatchObject({
        code: 'IMAGE_DAMAGED',
      })
      await expect(studio.copy('no image')).rejects.toMatchObject({ code: 'IMAGE_UNSUPPORTED' })
    })
  })
}
