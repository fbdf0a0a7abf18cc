import { describe, expect, it } from '@jest/globals'
import { readFile } from 'node:fs/promises'
import type { Format } from '@iaas/common/image'
import sharp from 'sharp'
import { makeAnimatedGif } from '../../images/make-animation.ts'
import { makePhoto } from '../../images/make-photo.ts'
import { type CopyrightOptions, makeCopyrighted, makeXmp } from '../../images/with-copyright.ts'
import type { Studio } from './studio.ts'

const secret = 'Villa Incognito'
const fields = { creators: ['Ada Söder', 'B &amp; C'], rights: '© 2026 Söder &lt;all&gt;' }
const names = { creators: ['Ada Söder', 'B & C'], rights: '© 2026 Söder <all>' }
const box = { width: 60, height: 40 }
const carriers = ['jpg', 'png', 'webp', 'avif'] as const satisfies readonly Format[]

/** Bytes of a directory of two entries, with the header before it. */
const directoryBytes = 38

/** Reads the texts of the XMP packet, and those of EXIF that stand outside of its entries. */
async function readTexts(bytes: Buffer) {
  const { xmpAsString: xmp = '', exif } = await sharp(bytes).metadata()
  const items = [...xmp.matchAll(/<rdf:li[^>]*>([^<]*)</g)].map(([, text = '']) => unescape(text))
  const prefixBytes = exif?.toString('latin1', 0, 4) === 'Exif' ? 6 : 0
  const texts = exif?.subarray(prefixBytes + directoryBytes).toString('utf8') ?? ''
  const exifTexts = texts.split('\0').filter(Boolean)
  return { xmp: items, exif: exifTexts }
}

function unescape(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}

/** Describes the creator and the copyright that renditions carry. */
export function describeCopyright(studio: Studio): void {
  const render = (image: Buffer, format: Format = 'jpg') =>
    studio.render(image, { ...box, format, metadata: 'copyright' })

  async function expectTexts(image: Buffer, { creators = [], rights = '' }: CopyrightOptions) {
    for (const format of carriers) {
      const bytes = await render(image, format)
      const texts = await readTexts(bytes)
      expect([format, texts.xmp]).toEqual([format, [...creators, rights]])
      const isHeld = format !== 'avif'
      expect([format, texts.exif]).toEqual([format, isHeld ? [creators.join('; '), rights] : []])
      expect([format, bytes.includes(secret)]).toEqual([format, false])
    }
  }

  describe('the copyright of an original', () => {
    it.each(['jpeg', 'png', 'webp', 'avif', 'tiff'] as const)(
      'T58 is carried from XMP of a %s into every format that can hold it, and nothing else is',
      async (format) => {
        await expectTexts(await makeCopyrighted('xmp', { ...fields, format }, secret), names)
      },
    )

    it.each(['jpeg', 'png', 'webp', 'avif'] as const)(
      'T58 is carried from EXIF of a %s, and nothing else is',
      async (format) => {
        const given = { creators: ['Ada Soder'], rights: '(C) 2026 Soder' }
        await expectTexts(await makeCopyrighted('exif', { ...given, format }, secret), given)
      },
    )

    it('T58 is carried from IPTC of a JPEG, and nothing else is', async () => {
      const given = { creators: ['Ada Söder', 'B'], rights: '© 2026 Söder' }
      await expectTexts(await makeCopyrighted('iptc', given), given)
    })

    it('is left out unless it is asked for, and where there is none', async () => {
      const image = await makeCopyrighted('xmp', fields)
      const plain = await makePhoto({ ...box, format: 'jpeg' })
      for (const format of carriers) {
        for (const bytes of [
          await studio.render(image, { ...box, format }),
          await render(plain, format),
        ]) {
          const { exif, xmp } = await sharp(bytes).metadata()
          expect([format, exif, xmp]).toEqual([format, undefined, undefined])
        }
      }
    })

    it('changes no pixel, and leaves a GIF as it is', async () => {
      const image = await makeCopyrighted('xmp', fields)
      for (const format of [...carriers, 'gif'] as const) {
        const [plain, carrying] = [
          await studio.render(image, { ...box, format }),
          await render(image, format),
        ]
        expect(await sharp(carrying).raw().toBuffer()).toEqual(await sharp(plain).raw().toBuffer())
        expect(carrying.equals(plain)).toBe(format === 'gif')
      }
    })

    it('is carried with transparency, few colours, an animation and a bound of the bytes', async () => {
      const xmp = makeXmp(fields)
      const clear = await makePhoto({ ...box, format: 'png', alpha: true })
      const flat = sharp({ create: { ...box, channels: 3, background: '#c06' } })
      const moving = sharp(await makeAnimatedGif(60, 40, 3), { animated: true })
      const cases = [
        [await sharp(clear).withXmp(xmp).png().toBuffer(), 'webp', {}],
        [await flat.clone().withXmp(xmp).png().toBuffer(), 'webp', {}],
        [await flat.clone().withXmp(xmp).png().toBuffer(), 'png', {}],
        [await moving.withXmp(xmp).webp().toBuffer(), 'webp', { animated: true }],
        [await makeCopyrighted('xmp', fields), 'jpg', { maxBytes: 2500 }],
      ] as const
      for (const [image, format, part] of cases) {
        const bytes = await studio.render(image, { ...box, format, ...part, metadata: 'copyright' })
        expect((await readTexts(bytes)).xmp).toEqual([...names.creators, names.rights])
        expect((await sharp(bytes).metadata()).pages).toBe('animated' in part ? 3 : undefined)
        if ('maxBytes' in part) expect(bytes.length).toBeLessThanOrEqual(part.maxBytes)
        await sharp(bytes, { animated: true, failOn: 'warning' }).raw().toBuffer()
      }
    })

    it('is carried through a working copy', async () => {
      for (const format of ['avif', 'png'] as const) {
        const image = await makeCopyrighted('xmp', { ...fields, format }, secret)
        const costly =
          format === 'avif'
            ? image
            : await sharp(image).keepXmp().png({ progressive: true }).toBuffer()
        const { outputPath } = await studio.copy(costly)
        const copy = await readFile(outputPath)
        expect(copy.includes(secret)).toBe(false)
        await expectTexts(copy, names)
      }
    })

    it.each([
      ['declares entities', (xmp: string) => `<!DOCTYPE x [<!ENTITY a "aaaa">]>${xmp}`],
      ['uses entities', (xmp: string) => xmp.replace('Ada', '&a;&b;')],
      ['is cut off', (xmp: string) => xmp.slice(0, -200)],
      ['is deep', (xmp: string) => '<a>'.repeat(10_000) + xmp],
    ])('T59 is left out of XMP that %s, and the image is rendered', async (_name, spoil) => {
      const photo = sharp(await makePhoto({ ...box, format: 'jpeg' }))
      const image = await photo
        .withXmp(spoil(makeXmp(fields)))
        .jpeg()
        .toBuffer()
      const bytes = await render(image)
      expect((await readTexts(bytes)).xmp).toEqual([])
    })

    it('T59 is cut if it is long', async () => {
      const long = 'x'.repeat(20_000)
      const image = await makeCopyrighted('xmp', {
        format: 'png',
        creators: Array.from({ length: 40 }, () => long),
        rights: long,
      })
      const { xmp } = await readTexts(await render(image))
      expect(xmp.map(({ length }) => length)).toEqual(Array.from({ length: 11 }, () => 1000))
    })
  })
}
