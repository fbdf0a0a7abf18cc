import { describe, expect, it } from '@jest/globals'
import { type ImageOptions, type ParamKey, type Variant, parseOption } from '@iaas/common/image'
import sharp from 'sharp'
import { meanDifference, readPixel, readPixels } from '../../images/compare.ts'
import { makeGrid, nameColour } from '../../images/make-grid.ts'
import { makePhoto } from '../../images/make-photo.ts'
import type { Studio } from './studio.ts'

const grid = { width: 180, height: 120 }
const box = { width: 180, height: 180, format: 'png' } as const

function read<Key extends ParamKey>(key: Key, text: string): ImageOptions[Key] {
  return parseOption(key, text) as ImageOptions[Key]
}

export function describeLooks(studio: Studio): void {
  const drawGrid = async (part: Partial<Variant>) =>
    studio.render(await makeGrid(grid), { ...box, ...part })
  const alphaAt = async (bytes: Buffer, left: number, top: number) => {
    const pixel = sharp(bytes).ensureAlpha().extract({ left, top, width: 1, height: 1 })
    return (await pixel.raw().toBuffer())[3]
  }
  const sizeOf = async (bytes: Buffer) => {
    const { width, height } = await readPixels(bytes)
    return [width, height]
  }

  describe('options that change the look', () => {
    it('multiplies colours by the brightness, and moves them from the middle by the contrast', async () => {
      const grey = [90, 60] as const
      const green = [90, 10] as const
      expect(await readPixel(await drawGrid({ brightness: 0.5 }), ...grey)).toEqual([64, 64, 64])
      expect(await readPixel(await drawGrid({ contrast: 0 }), ...green)).toEqual([128, 128, 128])
      expect(await readPixel(await drawGrid({ contrast: 2 }), ...green)).toEqual([0, 193, 0])
      expect(await readPixel(await drawGrid({ negate: true }), ...green)).toEqual([225, 95, 225])
    })

    it('leaves only the brightness of colours, in one channel', async () => {
      for (const part of [{ grayscale: true }, { saturation: 0 }]) {
        const [red, green, blue] = await readPixel(await drawGrid(part), 90, 10)
        expect(
          Math.max(Math.abs(red - 123), Math.abs(green - red), Math.abs(blue - red)),
        ).toBeLessThanOrEqual(1)
      }
      const jpeg = await drawGrid({ grayscale: true, format: 'jpg' })
      expect((await sharp(jpeg).metadata()).space).toBe('b-w')
    })

    it('turns hues and strengthens colours without changing greys', async () => {
      const turned = await drawGrid({ hue: 120, saturation: 1.5 })
      expect(nameColour(await readPixel(turned, 90, 60))).toBe('grey')
      const [red, green, blue] = await readPixel(turned, 5, 5)
      expect(green).toBeGreaterThan(Math.max(red, blue))
    })

    it.each(['jpg', 'png', 'webp'] as const)(
      'changes colours before it adds padding, in %s',
      async (format) => {
        const bytes = await drawGrid({ format, negate: true, padding: read('padding', '10') })
        expect(await sizeOf(bytes)).toEqual([200, 140])
        expect(nameColour(await readPixel(bytes, 3, 3))).toBe('white')
        expect(nameColour(await readPixel(bytes, 100, 70))).toBe('grey')
        expect(nameColour(await readPixel(bytes, 15, 15))).toBe('cyan')
      },
    )

    it('pads each side by its length, in the colour of the background', async () => {
      const bytes = await drawGrid({
        padding: read('padding', '5,10,15,20'),
        background: read('background', '1e1ee6'),
      })
      expect(await sizeOf(bytes)).toEqual([210, 140])
      expect(nameColour(await readPixel(bytes, 19, 70))).toBe('blue')
      expect(nameColour(await readPixel(bytes, 20, 5))).toBe('red')
      expect(nameColour(await readPixel(bytes, -11, -16))).toBe('black')
      expect(nameColour(await readPixel(bytes, -10, -16))).toBe('blue')
    })

    it('has coloured padding around a grey image', async () => {
      const grey = await sharp(await makeGrid(grid))
        .toColourspace('b-w')
        .png()
        .toBuffer()
      for (const format of ['jpg', 'png', 'webp'] as const) {
        const bytes = await studio.render(grey, {
          ...box,
          format,
          padding: read('padding', '9'),
          background: read('background', '1e1ee6'),
        })
        expect(nameColour(await readPixel(bytes, 3, 3))).toBe('blue')
      }
    })

    it.each(['png', 'jpg', 'webp'] as const)('frames a crop in %s', async (format) => {
      const looks = [{}, { radius: 10 }, { grayscale: true }, { pixelate: 7 }]
      for (const look of looks) {
        const padding = read('padding', '10')
        const colour = read('background', '1e1ee680')
        const part = {
          width: 60,
          height: 60,
          fit: 'crop',
          format,
          padding,
          background: colour,
        } as const
        const bytes = await drawGrid({ ...part, ...look })
        expect([look, await sizeOf(bytes)]).toEqual([look, [80, 80]])
        expect(nameColour(await readPixel(bytes, 40, 40))).toBe('grey')
      }
    })

    it('keeps transparent padding where the format has alpha', async () => {
      const bytes = await drawGrid({
        padding: read('padding', '10'),
        background: read('background', 'transparent'),
      })
      expect([await alphaAt(bytes, 5, 5), await alphaAt(bytes, 15, 15)]).toEqual([0, 255])
    })

    it('puts a colour behind a transparent image, and mixes a translucent one', async () => {
      const clear = await sharp({
        create: { width: 60, height: 60, channels: 4, background: '#0000' },
      })
        .png()
        .toBuffer()
      const at = async (text: string, format: 'png' | 'jpg') =>
        studio.render(clear, {
          width: 60,
          height: 60,
          format,
          background: read('background', text),
        })
      expect(await readPixel(await at('336699', 'png'), 9, 9)).toEqual([0x33, 0x66, 0x99])
      expect(await alphaAt(await at('33669980', 'png'), 9, 9)).toBe(0x80)
      expect(nameColour(await readPixel(await at('1e1ee6', 'jpg'), 9, 9))).toBe('blue')
    })

    it('keeps white behind a transparent image whose colours are changed', async () => {
      const image = await makePhoto({ width: 120, height: 80, format: 'png', alpha: true })
      const plain = await studio.render(image, { ...box, format: 'jpg', quality: 95 })
      const twice = await studio.render(image, {
        ...box,
        format: 'jpg',
        quality: 95,
        brightness: 1.001,
      })
      expect(await meanDifference(plain, twice)).toBeLessThan(2)
    })

    it.each(['auto', 'blur'])(
      'fills the bars with background=%s, without touching the image',
      async (text) => {
        for (const format of ['png', 'jpg'] as const) {
          const bytes = await drawGrid({
            format,
            fit: 'canvas',
            background: read('background', text),
          })
          expect(await sizeOf(bytes)).toEqual([180, 180])
          expect(nameColour(await readPixel(bytes, 90, 90))).toBe('grey')
          expect(nameColour(await readPixel(bytes, 4, 34))).toBe('red')
          expect(nameColour(await readPixel(bytes, 90, 4))).not.toBe('white')
        }
      },
    )

    it('rounds corners: transparent where the format has alpha, else in the background', async () => {
      const png = await drawGrid({ radius: 20 })
      expect([await alphaAt(png, 0, 0), await alphaAt(png, 179, 119)]).toEqual([0, 0])
      expect([await alphaAt(png, 20, 0), await alphaAt(png, 8, 8)]).toEqual([255, 255])
      const circle = await drawGrid({ fit: 'crop', radius: 'max' })
      expect([await alphaAt(circle, 20, 20), await alphaAt(circle, 90, 1)]).toEqual([0, 255])
      const jpeg = await drawGrid({
        format: 'jpg',
        radius: 20,
        background: read('background', '1e1ee6'),
      })
      expect(nameColour(await readPixel(jpeg, 1, 1))).toBe('blue')
      expect(nameColour(await readPixel(await drawGrid({ format: 'jpg', radius: 20 }), 1, 1))).toBe(
        'white',
      )
    })

    it('pixelates in blocks of one colour', async () => {
      const photo = await makePhoto({ width: 100, height: 70, format: 'png' })
      const bytes = await studio.render(photo, {
        width: 100,
        height: 70,
        format: 'png',
        pixelate: 16,
      })
      const { data } = await readPixels(bytes)
      const colours = new Set<number>()
      for (let at = 0; at < data.length; at += 3) colours.add(data.readUIntBE(at, 3))
      expect(colours.size).toBeLessThanOrEqual(35)
      expect(await readPixel(bytes, 16, 16)).toEqual(await readPixel(bytes, 31, 31))
      expect(await meanDifference(bytes, photo)).toBeLessThan(30)
    })

    it('blurs by a sigma as sharp does, also by a large one', async () => {
      const photo = await makePhoto({ width: 300, height: 200, format: 'png' })
      for (const blur of [0.3, 4, 25, 100]) {
        const bytes = await studio.render(photo, { width: 300, height: 200, format: 'png', blur })
        const expected = await sharp(photo).blur(blur).png().toBuffer()
        expect([blur, await meanDifference(bytes, expected)]).toEqual([
          blur,
          expect.closeTo(0, -0.7),
        ])
      }
    })

    it('sharpens, more by a larger sigma', async () => {
      const photo = await makePhoto({ width: 300, height: 200, format: 'png' })
      const plain = await studio.render(photo, { width: 100, height: 100, format: 'png' })
      const changes = []
      for (const sharpen of [true, 4] as const) {
        const bytes = await studio.render(photo, {
          width: 100,
          height: 100,
          format: 'png',
          sharpen,
        })
        changes.push(await meanDifference(bytes, plain))
      }
      expect(changes[0]).toBeGreaterThan(0.05)
      expect(changes[1]).toBeGreaterThan(changes[0] ?? 0)
    })

    it.each(['jpg', 'webp', 'avif'] as const)(
      'lowers the quality to max_bytes in %s',
      async (format) => {
        const photo = await makePhoto({ width: 300, height: 200, format: 'jpeg', quality: 95 })
        const part = { width: 200, height: 200, format } as const
        const plain = await studio.render(photo, part)
        const maxBytes = Math.round(plain.length / 2)
        const bytes = await studio.render(photo, { ...part, maxBytes })
        expect(bytes.length).toBeLessThanOrEqual(maxBytes)
        expect(bytes.length).toBeGreaterThan(maxBytes / 2)
        expect(await studio.render(photo, { ...part, maxBytes: 1e6 })).toEqual(plain)
        const smallest = await studio.render(photo, { ...part, maxBytes: 1000 })
        expect(smallest.length).toBeLessThan(bytes.length)
      },
    )

    it('removes an even border before it scales, and leaves an image that is all border', async () => {
      const framed = await sharp(await makeGrid(grid))
        .extend({ top: 20, bottom: 40, left: 10, right: 30, background: '#fdfdfd' })
        .png()
        .toBuffer()
      const bytes = await studio.render(framed, { ...box, trim: 10, rotate: 90 })
      expect(await sizeOf(bytes)).toEqual([120, 180])
      expect(nameColour(await readPixel(bytes, 2, 2))).toBe('brown')
      const even = await sharp({
        create: { width: 60, height: 40, channels: 3, background: '#123456' },
      })
        .png()
        .toBuffer()
      expect(await sizeOf(await studio.render(even, { ...box, trim: 10 }))).toEqual([180, 120])
      const rect = read('rect', '0,0,60,100')
      expect(
        await sizeOf(
          await studio.render(framed, { width: 50, height: 80, format: 'png', trim: 10, rect }),
        ),
      ).toEqual([50, 80])
    })

    it.each([
      [1, 9],
      [2, 2],
      [40, 2],
    ])('R50 leaves the border of an image of %i x %i px', async (width, height) => {
      const thin = await makeGrid({ width, height })
      const box = { width: 100, height: 100, format: 'png', enlarge: false } as const
      expect(await sizeOf(await studio.render(thin, { ...box, trim: 0 }))).toEqual([width, height])
    })

    it('enlarges what it cut and pads it', async () => {
      const bytes = await drawGrid({
        width: 300,
        height: 300,
        fit: 'crop',
        rect: read('rect', '60,40,60,40'),
        padding: read('padding', '10'),
        blur: 2,
      })
      expect(await sizeOf(bytes)).toEqual([320, 320])
      expect(nameColour(await readPixel(bytes, 160, 160))).toBe('grey')
    })
  })
}
