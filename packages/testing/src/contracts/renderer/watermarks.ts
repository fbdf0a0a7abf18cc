import { describe, expect, it } from '@jest/globals'
import { hash } from 'node:crypto'
import type { OverlayDigest, PlacedWatermark, Variant } from '@iaas/common/image'
import sharp from 'sharp'
import { readPixel, readPixels } from '../../images/compare.ts'
import { makeAnimatedGif } from '../../images/make-animation.ts'
import { makeGrid, nameColour } from '../../images/make-grid.ts'
import { makePhoto } from '../../images/make-photo.ts'
import { makeVariant } from '../../variants.ts'
import { type Studio, contractBounds } from './studio.ts'

const size = { width: 180, height: 120 }
const box = { ...size, format: 'png' } as const
const red = { r: 230, g: 30, b: 30 }

/** An overlay of one colour. */
function makeOverlay(width: number, height: number, alpha = 1): Promise<Buffer> {
  const background = { ...red, alpha }
  return sharp({ create: { width, height, channels: 4, background } })
    .png()
    .toBuffer()
}

/** Describes an image as a watermark in a corner. */
export function watermarkOf(
  bytes: Uint8Array,
  part: Partial<PlacedWatermark> = {},
): PlacedWatermark {
  return {
    overlay: hash('sha256', bytes, 'hex').slice(0, 32) as OverlayDigest,
    gravity: { x: 1, y: 1 },
    opacity: 1,
    scale: 0.5,
    margin: 0,
    repeat: false,
    ...part,
  }
}

export function describeWatermarks(studio: Studio): void {
  async function mark(
    image: Uint8Array,
    overlay: Uint8Array,
    watermark: PlacedWatermark = watermarkOf(overlay),
    part: Partial<Variant> = {},
  ): Promise<Buffer> {
    const variant = makeVariant({ ...box, ...part, watermark })
    const path = await studio.store(image)
    const task = { path, variant, bounds: contractBounds, overlay }
    const outcome = await studio.renderer.render(task)
    if (outcome.kind !== 'rendered') throw new Error(`The outcome was ${outcome.kind}.`)
    return Buffer.from(outcome.bytes)
  }
  const drawGrey = () =>
    sharp({ create: { ...size, channels: 3, background: '#808080' } })
      .png()
      .toBuffer()
  /** Returns the pixels that are red, as left, top, right and bottom. */
  async function findMark(bytes: Buffer): Promise<readonly number[]> {
    const { data, width } = await readPixels(bytes)
    const found = { left: Infinity, top: Infinity, right: -1, bottom: -1 }
    for (let at = 0; at < data.length; at += 3) {
      if (nameColour([...data.subarray(at, at + 3)]) !== 'red') continue
      const [x, y] = [(at / 3) % width, Math.floor(at / 3 / width)]
      found.left = Math.min(found.left, x)
      found.right = Math.max(found.right, x)
      found.top = Math.min(found.top, y)
      found.bottom = Math.max(found.bottom, y)
    }
    return [found.left, found.top, found.right, found.bottom]
  }

  describe('watermarks', () => {
    it('fit into their share of the image, where their gravity and margin are', async () => {
      const overlay = await makeOverlay(30, 10)
      const grey = await drawGrey()
      const find = async (part: Partial<PlacedWatermark>) =>
        findMark(await mark(grey, overlay, watermarkOf(overlay, part)))
      expect(await find({})).toEqual([90, 90, 179, 119])
      expect(await find({ gravity: { x: 0, y: 0 }, margin: 5 })).toEqual([5, 5, 94, 34])
      expect(await find({ gravity: { x: 0.5, y: 0.5 }, scale: 0.1 })).toEqual([81, 57, 98, 62])
      expect(await find({ scale: 1, margin: 30 })).toEqual([30, 50, 149, 89])
      expect(await find({ scale: 0.01, margin: 500 })).toEqual([90, 60, 90, 60])
    })

    it('are as opaque as they are and as asked for', async () => {
      const grey = await drawGrey()
      const pixelOf = async (alpha: number, opacity: number) => {
        const overlay = await makeOverlay(9, 9, alpha)
        return readPixel(await mark(grey, overlay, watermarkOf(overlay, { opacity })), -3, -3)
      }
      expect(await pixelOf(1, 1)).toEqual([230, 30, 30])
      expect(await pixelOf(1, 0.5)).toEqual([179, 78, 78])
      expect((await pixelOf(0.5, 0.5))[0]).toBeCloseTo(154, -0.5)
    })

    it('repeat from the first corner, with the margin between them', async () => {
      const overlay = await makeOverlay(9, 9)
      const watermark = watermarkOf(overlay, { repeat: true, scale: 0.25, margin: 6 })
      const bytes = await mark(await drawGrey(), overlay, watermark)
      const isRed = async (x: number, y: number) => (await readPixel(bytes, x, y))[0] > 200
      expect(await Promise.all([isRed(3, 50), isRed(6, 6), isRed(35, 35)])).toEqual([
        false,
        true,
        true,
      ])
      expect(await Promise.all([isRed(38, 38), isRed(42, 42), isRed(179, 100)])).toEqual([
        false,
        true,
        true,
      ])
    })

    it.each(['jpg', 'png', 'webp', 'avif', 'gif'] as const)(
      'are above padding and below the corners, also on grey images, in %s',
      async (format) => {
        const overlay = await makeOverlay(9, 9)
        const grey = await sharp(await drawGrey())
          .toColourspace('b-w')
          .png()
          .toBuffer()
        const padding = { top: 20, right: 20, bottom: 20, left: 20 }
        const part = { format, padding, radius: 30 } as const
        const bytes = await mark(grey, overlay, undefined, part)
        const { width, height } = await readPixels(bytes)
        expect([width, height]).toEqual([220, 160])
        expect(nameColour(await readPixel(bytes, -40, -4))).toBe('red')
        expect(nameColour(await readPixel(bytes, 100, 40))).toBe('grey')
        expect(nameColour(await readPixel(bytes, -1, -1))).toBe('white')
      },
    )

    it('keep the image below transparent, and opaque images opaque', async () => {
      const overlay = await makeOverlay(9, 9)
      const clear = await sharp({ create: { ...size, channels: 4, background: '#0000' } })
        .png()
        .toBuffer()
      const metadata = await sharp(await mark(clear, overlay)).metadata()
      expect(metadata.hasAlpha).toBe(true)
      const opaque = await sharp(await mark(await makeGrid(size), overlay)).metadata()
      expect([opaque.hasAlpha, opaque.channels]).toEqual([false, 3])
    })

    it('are on every frame of an animation', async () => {
      const overlay = await makeOverlay(9, 9)
      const image = await makeAnimatedGif(90, 60, 3)
      const part = { width: 90, height: 60, format: 'gif' } as const
      const bytes = await mark(image, overlay, undefined, part)
      for (const page of [0, 1, 2]) {
        const frame = await sharp(bytes, { page }).png().toBuffer()
        expect(nameColour(await readPixel(frame, -2, -2))).toBe('red')
      }
    })

    it.each(['png', 'jpeg', 'webp', 'gif', 'avif'] as const)('can be %s', async (format) => {
      const overlay = await sharp(await makeOverlay(64, 64))
        .toFormat(format)
        .toBuffer()
      expect(nameColour(await readPixel(await mark(await drawGrey(), overlay), -3, -3))).toBe('red')
    })

    it('R63 of other bytes than the variant names are refused, and none at all', async () => {
      const overlay = await makeOverlay(9, 9)
      const other = watermarkOf(await makeOverlay(9, 10))
      const grey = await drawGrey()
      await expect(mark(grey, overlay, other)).rejects.toMatchObject({ code: 'RENDER_FAILED' })
      const variant = makeVariant({ ...box, watermark: other })
      const path = await studio.store(grey)
      const rendering = studio.renderer.render({ path, variant, bounds: contractBounds })
      await expect(rendering).rejects.toMatchObject({ code: 'RENDER_FAILED' })
    })

    it('R63 that cannot be decoded, or are no images of these formats, are refused', async () => {
      const grey = await drawGrey()
      const png = await makePhoto({ width: 60, height: 60, format: 'png' })
      const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
      const tiff = await makePhoto({ width: 9, height: 9, format: 'tiff' })
      for (const overlay of [png.subarray(0, 500), svg, tiff, Buffer.from('text')]) {
        await expect(mark(grey, overlay)).rejects.toMatchObject({ code: 'RENDER_FAILED' })
      }
      expect((await mark(grey, png)).length).toBeGreaterThan(0)
    })
  })
}
