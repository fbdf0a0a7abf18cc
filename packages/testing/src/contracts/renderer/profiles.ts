import { describe, expect, it } from '@jest/globals'
import type { Format, Variant } from '@iaas/common/image'
import sharp from 'sharp'
import { makePhoto } from '../../images/make-photo.ts'
import { makeCicp, makePng } from '../../images/make-png.ts'
import {
  adobeRgb,
  displayP3,
  makeProfile,
  makeWide,
  toDisplayP3,
  wideColours,
  wideSide,
} from '../../images/with-profile.ts'
import type { Studio } from './studio.ts'

const adobe = makeProfile(adobeRgb)
const box = { width: wideColours.length * wideSide, height: wideSide, quality: 100 }
const carriers = ['jpg', 'png', 'webp', 'avif'] as const satisfies readonly Format[]
/** Largest difference of a channel: chroma of JPEG, WebP and AVIF has half the resolution. */
const allowed = { jpg: 4, png: 1, webp: 12, avif: 6 } as const

/** Reads the numbers of the squares at their middles, and the profile that tells what they mean. */
async function readSquares(bytes: Buffer) {
  const { icc, channels } = await sharp(bytes).metadata()
  const image = sharp(bytes, { ignoreIcc: true }).toColourspace('srgb').removeAlpha()
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true })
  const side = info.width / wideColours.length
  const numbers = wideColours.map((_, index) => {
    const x = Math.floor((index + 0.5) * side)
    const at = (Math.floor(info.height / 2) * info.width + x) * 3
    return [...data.subarray(at, at + 3)]
  })
  return { icc, channels, numbers }
}

function largestDifference(one: readonly (readonly number[])[], other: typeof one): number {
  const differences = one.flatMap((numbers, index) =>
    numbers.map((number, channel) => Math.abs(number - (other[index]?.[channel] ?? 0))),
  )
  return Math.max(...differences)
}

/** Describes the colours that renditions have and the profiles that name them. */
export function describeProfiles(studio: Studio): void {
  const render = async (image: Buffer, part: Partial<Variant>) =>
    readSquares(await studio.render(image, { ...box, format: 'png', ...part }))

  describe('the profile of a rendition', () => {
    it.each(['png', 'jpeg', 'webp', 'tiff', 'avif'] as const)(
      'is that of a %s with keep, with its numbers, in every format that can hold one',
      async (format) => {
        const image = await makeWide({ profile: adobe, format })
        const { numbers } = await readSquares(image)
        for (const target of carriers) {
          const kept = await render(image, { format: target, profile: 'keep' })
          expect([target, kept.icc?.equals(adobe)]).toEqual([target, true])
          const difference = largestDifference(kept.numbers, numbers)
          expect([target, difference <= allowed[target]]).toEqual([target, true])
        }
      },
    )

    it.each([
      ['Adobe RGB', adobe, adobeRgb],
      ['a gamma of Display P3', makeProfile(displayP3), displayP3],
    ] as const)('is Display P3 with p3, with the colours of %s', async (_name, profile, from) => {
      const expected = wideColours.map((colour) => toDisplayP3(colour, from))
      for (const bits of [8, 16] as const) {
        const image = await makeWide({ profile, bits })
        for (const format of carriers) {
          const { icc, numbers } = await render(image, { format, profile: 'p3' })
          expect([icc?.toString('latin1', 36, 40), icc?.equals(profile)]).toEqual(['acsp', false])
          const difference = largestDifference(numbers, expected)
          expect([format, bits, difference <= allowed[format] + 2]).toEqual([format, bits, true])
        }
      }
    })

    it('is Display P3 for an original in sRGB, which looks the same', async () => {
      const photo = await makePhoto({ width: 128, height: 16, format: 'png' })
      const image = await sharp(photo).blur(4).png().toBuffer()
      const plain = await studio.render(image, { ...box, format: 'png' })
      const wide = await studio.render(image, { ...box, format: 'png', profile: 'p3' })
      expect((await sharp(wide).metadata()).hasProfile).toBe(true)
      const [one, other] = [await sharp(plain).raw().toBuffer(), await sharp(wide).raw().toBuffer()]
      const worst = Math.max(...one.map((value, at) => Math.abs(value - (other[at] ?? 0))))
      expect(worst).toBeLessThanOrEqual(3)
    })

    it('is none by default, and for keep where the original has none', async () => {
      const wide = await makeWide({ profile: adobe })
      const plain = makePng({ colours: 'rgb', patches: wideColours, patch: wideSide })
      expect((await render(wide, {})).icc).toBeUndefined()
      const kept = await render(plain, { profile: 'keep' })
      expect([kept.icc, kept.numbers]).toEqual([undefined, wideColours])
    })

    it('is Display P3 for colours that a file declares by numbers', async () => {
      const p3 = makePng({
        colours: 'rgb',
        patches: wideColours,
        patch: wideSide,
        chunks: [makeCicp(12, 13)],
      })
      for (const profile of ['keep', 'p3'] as const) {
        const { icc, numbers } = await render(p3, { profile })
        expect(icc?.subarray(36, 40).toString()).toBe('acsp')
        expect(largestDifference(numbers, wideColours)).toBeLessThanOrEqual(1)
      }
    })

    it('for grey is kept in a grey result, and left out of any other', async () => {
      const grey = makeProfile('grey')
      const image = await makeWide({ profile: grey, colours: 'grey' })
      for (const format of ['jpg', 'png'] as const) {
        const { icc, channels } = await render(image, { format, profile: 'keep' })
        expect([format, icc?.equals(grey), channels]).toEqual([format, true, 1])
      }
      for (const part of [
        { format: 'webp' },
        { padding: { top: 1, right: 1, bottom: 1, left: 1 } },
      ] as const) {
        expect((await render(image, { ...part, profile: 'keep' })).icc).toBeUndefined()
      }
      expect((await render(image, { profile: 'p3' })).icc).toBeUndefined()
    })

    it('is not kept for inks, which become sRGB', async () => {
      const image = await makePhoto({ width: 128, height: 16, format: 'jpeg', cmyk: true })
      expect((await render(image, { profile: 'keep' })).icc).toBeUndefined()
    })

    it('goes with effects, a crop, an enlargement and max_bytes', async () => {
      const image = await makeWide({ profile: adobe })
      for (const part of [
        { blur: 2 },
        { fit: 'crop', width: 20, height: 30 },
        { width: 900, height: 900, radius: 'max' },
        { format: 'jpg', maxBytes: 5000 },
      ] as const) {
        for (const profile of ['keep', 'p3'] as const) {
          const { icc } = await render(image, { ...part, profile })
          expect([part, icc !== undefined]).toEqual([part, true])
        }
      }
    })

    it('gives a background of sRGB the numbers of Display P3', async () => {
      const image = await makeWide({ profile: adobe })
      const bytes = await studio.render(image, {
        ...box,
        height: 60,
        fit: 'canvas',
        format: 'png',
        background: 'ff0000' as NonNullable<Variant['background']>,
        profile: 'p3',
      })
      const { data } = await sharp(bytes, { ignoreIcc: true })
        .raw()
        .toBuffer({ resolveWithObject: true })
      expect([...data.subarray(0, 3)]).toEqual([234, 51, 35])
    })

    it.each([
      ['cut off', adobe.subarray(0, 200)],
      ['of inks', Buffer.from(adobe.toString('latin1').replace('RGB ', 'CMYK'), 'latin1')],
      ['of a device link', Buffer.from(adobe.toString('latin1').replace('mntr', 'link'), 'latin1')],
      ['larger than 64 KiB', makeProfile(adobeRgb, 64 * 1024)],
    ])('R67 is not kept if it is %s', async (_name, profile) => {
      const image = await makeWide({ profile })
      expect((await render(image, { profile: 'keep' })).icc).toBeUndefined()
      const [plain, kept] = [await render(image, {}), await render(image, { profile: 'keep' })]
      expect(kept.numbers).toEqual(plain.numbers)
    })
  })
}
