import { describe, expect, it } from '@jest/globals'
import type { Variant } from '@iaas/common/image'
import sharp from 'sharp'
import { bright, makeUltraHdr } from '../../images/with-gain-map.ts'
import { adobeRgb, makeProfile } from '../../images/with-profile.ts'
import { makeCopyrighted } from '../../images/with-copyright.ts'
import type { Studio } from './studio.ts'

const size = { width: 320, height: 240 }
const half = { width: 160, height: 120, format: 'jpg', profile: 'keep' } as const

/** Reads the gain map of a JPEG with the decoder of sharp. */
async function readMap(bytes: Buffer) {
  const { gainMap } = (await sharp(bytes).metadata()) as { gainMap?: { image: Buffer } }
  if (gainMap === undefined) return undefined
  const { data, info } = await sharp(gainMap.image)
    .toColourspace('b-w')
    .raw()
    .toBuffer({ resolveWithObject: true })
  const at = (x: number, y: number) =>
    data[Math.floor(y * info.height) * info.width + Math.floor(x * info.width)] ?? 0
  return { width: info.width, height: info.height, at }
}

/** Describes the gain maps of Ultra HDR originals. */
export function describeGainMaps(studio: Studio): void {
  const render = (image: Buffer, part: Partial<Variant> = {}) =>
    studio.render(image, { ...half, ...part })

  describe('the gain map of an original', () => {
    it('is kept with profile=keep, scaled like the image, with its profile', async () => {
      const profile = makeProfile(adobeRgb)
      const image = await makeUltraHdr({ ...size, profile })
      const bytes = await render(image, { quality: 80 })
      expect(await sharp(bytes).metadata()).toMatchObject({ width: 160, height: 120 })
      expect((await sharp(bytes).metadata()).icc?.equals(profile)).toBe(true)
      const map = await readMap(bytes)
      expect([map?.width, map?.height]).toEqual([40, 30])
      const inside = map?.at((bright.left + bright.right) / 2, (bright.top + bright.bottom) / 2)
      expect([(inside ?? 0) > 240, (map?.at(0.8, 0.8) ?? 255) < 15]).toEqual([true, true])
    })

    it('is cropped like the image', async () => {
      const image = await makeUltraHdr(size)
      for (const gravity of [
        { x: 0.25, y: 0.44 },
        { x: 1, y: 1 },
      ]) {
        const part = { width: 60, height: 60, fit: 'crop', gravity } as const
        const bytes = await render(image, part)
        const map = await readMap(bytes)
        const pixel = await sharp(bytes, { ignoreIcc: true }).toColourspace('b-w').raw().toBuffer()
        const isBright = (pixel[30 * 60 + 30] ?? 0) > 150
        expect([gravity, (map?.at(0.5, 0.5) ?? 0) > 150]).toEqual([gravity, isBright])
      }
    })

    it('is left out by default, with other options, and in other formats', async () => {
      const image = await makeUltraHdr(size)
      const parts: readonly Partial<Variant>[] = [
        { profile: 'srgb' },
        { profile: 'p3' },
        { blur: 2 },
        { rotate: 90 },
        { maxBytes: 5000 },
        { width: 900, height: 900 },
        { fit: 'canvas', width: 90, height: 90 },
      ]
      for (const part of parts)
        expect([part, await readMap(await render(image, part))]).toEqual([part, undefined])
      for (const format of ['png', 'webp'] as const) {
        expect((await sharp(await render(image, { format })).metadata()).width).toBe(160)
      }
    })

    it('goes with the copyright, and with no other metadata', async () => {
      const image = await makeUltraHdr(size)
      const plain = await render(image)
      expect([(await sharp(plain).metadata()).exif, plain.includes('xmpmeta')]).toEqual([
        undefined,
        false,
      ])
      const named = await makeCopyrighted('iptc', { creators: ['Ada'], rights: 'Reserved' })
      const iptc = named.subarray(2, 4 + named.readUInt16BE(4))
      const both = Buffer.concat([image.subarray(0, 2), iptc, image.subarray(2)])
      const bytes = await render(both, { metadata: 'copyright' })
      // The decoder of gain maps reads no XMP.
      expect(bytes.includes('Reserved</rdf:li>')).toBe(true)
      expect((await readMap(bytes))?.width).toBe(40)
    })

    it('R68 that is larger than its image, has no parameters, or is cut off is left out', async () => {
      const whole = await makeUltraHdr(size)
      const images = [
        await makeUltraHdr({ ...size, scale: 0.5 }),
        await makeUltraHdr({ ...size, hasParameters: false }),
        whole.subarray(0, -100),
      ]
      for (const image of images) {
        const bytes = await render(image)
        expect((await sharp(bytes).metadata()).width).toBe(160)
        expect(await readMap(bytes)).toBeUndefined()
      }
    })
  })
}
