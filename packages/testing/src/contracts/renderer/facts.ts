import { describe, expect, it } from '@jest/globals'
import { originalFormats } from '@iaas/common/image'
import sharp from 'sharp'
import { dhash, distance } from '../../dhash.ts'
import { makeAnimatedGif } from '../../images/make-animation.ts'
import { makePhoto } from '../../images/make-photo.ts'
import { makeSample } from '../../images/make-sample.ts'
import type { Studio } from './studio.ts'

const photo = { width: 160, height: 100 }

/** Three vertical stripes: half red, three tenths blue, the rest transparent. */
function paintStripes(): Promise<Buffer> {
  const stripe = (width: number, background: string) => ({
    create: { width, height: 40, channels: 4 as const, background },
  })
  return sharp(stripe(100, '#00000000'))
    .composite([
      { input: stripe(50, '#ff0000'), left: 0, top: 0 },
      { input: stripe(30, '#0000ff'), left: 50, top: 0 },
    ])
    .png()
    .toBuffer()
}

const toBits = (hash: string) => BigInt(`0x${hash}`)

export function describeFacts(studio: Studio): void {
  const factsOf = async (image: Uint8Array | string) =>
    studio.renderer.describe({ path: await studio.store(image) })

  describe('facts', () => {
    it('tell the header of an image: size as displayed, quality, colour space and profile', async () => {
      const options = { ...photo, format: 'jpeg', quality: 83, orientation: 6 } as const
      const wide = sharp(await makePhoto(options))
        .keepMetadata()
        .withIccProfile('p3')
      const facts = await factsOf(await wide.jpeg({ quality: 83 }).toBuffer())
      expect(facts).toMatchObject({
        format: 'jpg',
        size: { width: 100, height: 160 },
        hasAlpha: false,
        isAnimated: false,
        frames: 1,
        quality: 83,
        colourSpace: 'srgb',
        profile: expect.stringMatching(/P3/),
      })
    })

    it('tell the colours of the opaque pixels with their shares', async () => {
      const facts = await factsOf(await paintStripes())
      const [red, blue, ...others] = facts.palette
      expect([red?.colour, blue?.colour, others]).toEqual(['ff0000', '0000ff', []])
      expect(red?.share).toBeCloseTo(0.625, 2)
      expect(blue?.share).toBeCloseTo(0.375, 2)
      expect([facts.hasAlpha, facts.averageColour]).toEqual([true, '9f0060'])
    })

    it('have no colours where every pixel is transparent', async () => {
      const background = { r: 9, g: 9, b: 9, alpha: 0 }
      const create = { width: 8, height: 8, channels: 4, background } as const
      const facts = await factsOf(await sharp({ create }).png().toBuffer())
      expect([facts.averageColour, facts.palette]).toEqual([null, []])
    })

    it.each(['jpeg', 'png', 'webp', 'gif', 'avif', 'tiff'] as const)(
      'are about the same for a photo in %s',
      async (format) => {
        const image = await makePhoto({ ...photo, format })
        const facts = await factsOf(image)
        expect(facts.size).toEqual(photo)
        expect(facts.palette.length).toBeGreaterThan(2)
        const reference = await dhash(await makePhoto({ ...photo, format: 'png' }))
        expect(distance(toBits(facts.perceptualHash), reference)).toBeLessThan(9)
        const tiny = Buffer.from(facts.placeholder.split(',')[1] ?? '', 'base64')
        expect(await sharp(tiny).metadata()).toMatchObject({
          format: 'webp',
          width: 16,
          height: 10,
        })
      },
    )

    const accepted = originalFormats.filter((format) => format !== 'svg')
    it.each(accepted)('exist for every format: %s', async (format) => {
      const facts = await factsOf(await makeSample(format))
      expect(facts.format).toBe(format)
      expect(facts.palette.length).toBeGreaterThan(0)
    })

    it('are upright: a turned photo has those of the photo', async () => {
      const upright = await factsOf(await makePhoto({ ...photo, format: 'png' }))
      const turned = await makePhoto({ ...photo, format: 'jpeg', quality: 98, orientation: 8 })
      const displayed = await sharp(turned, { autoOrient: true }).png().toBuffer()
      const { thumbhash, blurhash } = await factsOf(turned)
      expect([thumbhash, blurhash]).not.toEqual([upright.thumbhash, upright.blurhash])
      const { perceptualHash } = await factsOf(displayed)
      const hashes = [(await factsOf(turned)).perceptualHash, perceptualHash].map(toBits)
      expect(distance(...(hashes as [bigint, bigint]))).toBeLessThan(9)
    })

    it('count the frames of an animation', async () => {
      const facts = await factsOf(await makeAnimatedGif(60, 40, 3))
      expect([facts.isAnimated, facts.frames]).toEqual([true, 3])
    })

    it.each([
      { width: 1, height: 1 },
      { width: 1, height: 3000 },
      { width: 3000, height: 1 },
    ])('exist for the smallest and the thinnest images: %j', async (size) => {
      const facts = await factsOf(await makePhoto({ ...size, format: 'png' }))
      expect(facts.size).toEqual(size)
      expect(facts.blurhash.length).toBeGreaterThan(5)
    })

    it('exist for grey, for CMYK and for sixteen bits', async () => {
      const grey = await factsOf(await makePhoto({ ...photo, format: 'png', grey: true }))
      expect(grey.colourSpace).toBe('b-w')
      expect(grey.averageColour).toMatch(/^(..)\1\1$/)
      const cmyk = await makePhoto({ ...photo, format: 'jpeg', cmyk: true })
      expect((await factsOf(cmyk)).colourSpace).toBe('cmyk')
      const deep = await makePhoto({ ...photo, format: 'png', bits16: true })
      expect((await factsOf(deep)).colourSpace).toBe('rgb16')
    })

    it('separate the fields of EXIF that tell the place and the device', async () => {
      const image = await sharp(await makePhoto({ ...photo, format: 'jpeg' }))
        .withExif({
          IFD0: { Make: 'Kamera', Copyright: 'Soder' },
          IFD2: { BodySerialNumber: '42', FNumber: '28/10', MakerNote: 'hidden', UserComment: 'x' },
          IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 3230/100' },
        })
        .jpeg()
        .toBuffer()
      const { exif, privateExif } = await factsOf(image)
      expect(exif).toMatchObject({ Make: 'Kamera', Copyright: 'Soder', FNumber: 2.8 })
      expect(JSON.stringify(exif)).not.toMatch(/GPS|Serial|hidden/)
      expect(privateExif).toEqual({
        BodySerialNumber: '42',
        GPSLatitudeRef: 'N',
        GPSLatitude: [51, 30, 32.3],
      })
    })

    it('are refused for a file that is no image, or is damaged', async () => {
      await expect(factsOf('no image')).rejects.toMatchObject({ code: 'IMAGE_UNSUPPORTED' })
      const image = await makePhoto({ ...photo, format: 'png' })
      await expect(factsOf(image.subarray(0, image.length / 2))).rejects.toMatchObject({
        code: 'IMAGE_DAMAGED',
      })
    })
  })
}
