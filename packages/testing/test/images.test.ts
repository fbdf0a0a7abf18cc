import { describe, expect, it } from '@jest/globals'
import { makeAnimatedGif } from '@iaas/testing/images/make-animation'
import { type PhotoOptions, cornerColours, makePhoto } from '@iaas/testing/images/make-photo'
import { makePolyglot, strangers, truncate } from '@iaas/testing/images/strangers'
import sharp from 'sharp'

const formats = ['jpeg', 'png', 'webp', 'gif', 'avif', 'tiff'] as const
const size = { width: 90, height: 60 }

async function decode(image: Buffer) {
  return sharp(image, { failOn: 'warning' }).raw().toBuffer({ resolveWithObject: true })
}

describe('makePhoto', () => {
  it.each(formats)(
    'makes a %s of the size asked for that decodes without a warning',
    async (format) => {
      const photo = await makePhoto({ ...size, format })
      const { info } = await decode(photo)
      expect(info).toMatchObject(size)
      const { format: found, compression } = await sharp(photo).metadata()
      expect([found, compression]).toEqual(
        format === 'avif' ? ['heif', 'av1'] : [format, undefined],
      )
    },
  )

  it.each(formats)('has four colours in the corners of a %s', async (format) => {
    const image = sharp(await makePhoto({ ...size, format })).removeAlpha()
    for (const [index, colour] of cornerColours.entries()) {
      const corner = {
        left: index % 2 === 0 ? 0 : 86,
        top: index < 2 ? 0 : 56,
        width: 4,
        height: 4,
      }
      const { channels } = await sharp(await image.clone().extract(corner).png().toBuffer()).stats()
      for (const [channel, wanted] of colour.entries()) {
        expect(Math.abs(channels[channel]!.mean - wanted)).toBeLessThan(40)
      }
    }
  })

  it.each([
    [{ format: 'jpeg', progressive: true }, { isProgressive: true }],
    [{ format: 'jpeg' }, { isProgressive: false, chromaSubsampling: '4:2:0' }],
    [{ format: 'jpeg', chromaSubsampling: '4:4:4' }, { chromaSubsampling: '4:4:4' }],
    [
      { format: 'jpeg', orientation: 6 },
      { orientation: 6, ...size },
    ],
    [
      { format: 'webp', orientation: 3 },
      { orientation: 3, ...size },
    ],
    [
      { format: 'avif', orientation: 6 },
      { width: size.height, height: size.width },
    ],
    [
      { format: 'jpeg', grey: true },
      { channels: 1, space: 'b-w' },
    ],
    [
      { format: 'png', grey: true },
      { channels: 1, space: 'b-w' },
    ],
    [
      { format: 'jpeg', cmyk: true },
      { channels: 4, space: 'cmyk' },
    ],
    [{ format: 'png', bits16: true }, { depth: 'ushort' }],
    [{ format: 'png', alpha: true }, { hasAlpha: true }],
    [{ format: 'png' }, { hasAlpha: false }],
  ] as const satisfies readonly (readonly [Omit<PhotoOptions, 'width' | 'height'>, object])[])(
    'with %j it is one of %j',
    async (options, facts) => {
      const metadata = await sharp(await makePhoto({ ...size, ...options })).metadata()
      expect(metadata).toMatchObject(facts)
    },
  )

  it('is half transparent in the middle and nowhere else where it has alpha', async () => {
    const { data } = await decode(await makePhoto({ ...size, format: 'png', alpha: true }))
    const alphaAt = (x: number, y: number) => data[(y * size.width + x) * 4 + 3]
    expect([alphaAt(45, 30), alphaAt(0, 0), alphaAt(89, 59)]).toEqual([96, 255, 255])
  })

  it('is larger at a higher quality', async () => {
    const [low, high] = await Promise.all(
      [30, 95].map((quality) => makePhoto({ ...size, format: 'jpeg', quality })),
    )
    expect(high!.length).toBeGreaterThan(2 * low!.length)
  })

  it('makes the same bytes of the same options', async () => {
    const [one, other] = await Promise.all(
      [1, 2].map(() => makePhoto({ ...size, format: 'jpeg', quality: 70 })),
    )
    expect(one!.equals(other!)).toBe(true)
  })

  it('makes images of a single pixel', async () => {
    const { info } = await decode(await makePhoto({ width: 1, height: 1, format: 'png' }))
    expect(info).toMatchObject({ width: 1, height: 1 })
  })
})

describe('makeAnimatedGif', () => {
  it('has all the frames, the first one a photo', async () => {
    const gif = await makeAnimatedGif(60, 40, 4)
    expect(await sharp(gif, { animated: true }).metadata()).toMatchObject({
      pages: 4,
      pageHeight: 40,
    })
    const [first] = (await sharp(gif).removeAlpha().stats()).channels
    expect(first!.stdev).toBeGreaterThan(20)
  })
})

describe('strangers', () => {
  const raster = Object.entries(strangers).filter(([name]) => !name.includes('SVG'))

  it.each(raster)('%s does not decode', async (_, text) => {
    const read = async () => decode(Buffer.from(text, 'latin1'))
    await expect(read()).rejects.toThrow(/unsupported image format|is empty|corrupt|bmp|heif|pdf/i)
  })

  it('the SVG is one', async () => {
    const metadata = await sharp(Buffer.from(strangers['an SVG'], 'latin1')).metadata()
    expect(metadata).toMatchObject({ format: 'svg', width: 9, height: 9 })
  })
})

describe('makePolyglot', () => {
  it('is a script to who looks for one and an image to a decoder', async () => {
    const polyglot = makePolyglot(await makePhoto({ ...size, format: 'jpeg' }))
    expect(polyglot.toString('latin1')).toContain('<script>')
    expect((await decode(polyglot)).info).toMatchObject(size)
  })
})

describe('truncate', () => {
  it.each(formats)('leaves a %s that has a beginning and does not decode', async (format) => {
    const photo = await makePhoto({ ...size, format })
    const cut = truncate(photo, 0.6)
    expect(photo.subarray(0, cut.length).equals(cut)).toBe(true)
    await expect(decode(cut)).rejects.toThrow(/\w/)
  })
})
