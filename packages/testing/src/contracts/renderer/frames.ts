import { describe, expect, it } from '@jest/globals'
import type { Variant } from '@iaas/common/image'
import sharp from 'sharp'
import { meanDifference, readPixel } from '../../images/compare.ts'
import { makeAnimatedGif } from '../../images/make-animation.ts'
import { makeGif } from '../../images/make-gif.ts'
import { makePages } from '../../images/make-pages.ts'
import { makePhoto } from '../../images/make-photo.ts'
import type { Studio } from './studio.ts'

const size = { width: 90, height: 60 }
const frames = 5
const png = { ...size, format: 'png' } as const

async function makeAnimation(format: 'gif' | 'webp'): Promise<Buffer> {
  const image = sharp(await makeAnimatedGif(size.width, size.height, frames), { animated: true })
  return (format === 'gif' ? image.gif() : image.webp({ quality: 95 })).toBuffer()
}

/** Decodes all frames and cuts one out, as an independent reading of what is displayed. */
async function cutFrame(animation: Buffer, frame: number): Promise<Buffer> {
  const all = await sharp(animation, { animated: true }).png().toBuffer()
  return sharp(all)
    .extract({ left: 0, top: frame * size.height, ...size })
    .png()
    .toBuffer()
}

/** A GIF whose first frame covers its screen in red, and whose later ones paint a square of green and one of blue. */
function makePatches(first: 'whole' | 'part'): Buffer {
  const square = { top: 10, width: 20, height: 20 }
  return makeGif({
    ...size,
    frames: [
      first === 'whole'
        ? { left: 0, top: 0, ...size, colour: 0 }
        : { left: 30, ...square, colour: 0 },
      { left: 0, ...square, colour: 1 },
      { left: 60, ...square, colour: 2 },
    ],
    palette: [
      [255, 0, 0],
      [0, 255, 0],
      [0, 0, 255],
    ],
  })
}

export function describeFrames(studio: Studio): void {
  const draw = (image: Buffer, part: Partial<Variant>) => studio.render(image, { ...png, ...part })

  describe('a frame', () => {
    it.each(['gif', 'webp'] as const)('of a %s is the one that is asked for', async (format) => {
      const image = await makeAnimation(format)
      for (let frame = 0; frame < frames; frame += 1) {
        const expected = await cutFrame(image, frame)
        expect(await meanDifference(await draw(image, { frame }), expected)).toBeLessThan(2)
      }
    })

    it('of a GIF lies on top of those before it', async () => {
      const image = makePatches('whole')
      const colours = async (frame: number) => {
        const bytes = await draw(image, { frame })
        return Promise.all([5, 45, 65].map((x) => readPixel(bytes, x, 15)))
      }
      const [red, green, blue] = [
        [255, 0, 0],
        [0, 255, 0],
        [0, 0, 255],
      ]
      expect(await colours(0)).toEqual([red, red, red])
      expect(await colours(1)).toEqual([green, red, red])
      expect(await colours(2)).toEqual([green, red, blue])
    })

    it('of a GIF is transparent where no frame has painted yet', async () => {
      const image = makePatches('part')
      for (const [frame, clear] of [
        [0, [0, 255, 0]],
        [1, [255, 255, 0]],
        [2, [255, 255, 255]],
      ] as const) {
        const bytes = await draw(image, { frame })
        const { data, info } = await sharp(bytes)
          .ensureAlpha()
          .raw()
          .toBuffer({ resolveWithObject: true })
        const alphaAt = (x: number) => data[4 * (15 * info.width + x) + 3]
        expect([frame, [info.width, info.height]]).toEqual([frame, [size.width, size.height]])
        expect([frame, [5, 40, 65].map(alphaAt)]).toEqual([frame, clear])
        expect(data[4 * (50 * info.width + 5) + 3]).toBe(0)
      }
    })

    it('is a still image, also where an animation would be kept', async () => {
      const image = await makeAnimation('gif')
      for (const format of ['gif', 'webp', 'jpg', 'avif'] as const) {
        const bytes = await draw(image, { format, frame: 3 })
        expect((await sharp(bytes).metadata()).pages ?? 1).toBe(1)
        expect(await meanDifference(bytes, await cutFrame(image, 3))).toBeLessThan(8)
      }
    })

    it('has the geometry and the looks of every other image', async () => {
      const image = await makeAnimation('webp')
      const part = { width: 30, height: 30, fit: 'crop', rotate: 90, flip: 'vertical' } as const
      const [made, expected] = await Promise.all([
        draw(image, { ...part, frame: 2, negate: true, trim: 10 }),
        draw(await cutFrame(image, 2), { ...part, negate: true, trim: 10 }),
      ])
      expect(await meanDifference(made, expected)).toBeLessThan(2)
    })

    it('of a TIFF is a page, in its own size and colours', async () => {
      const pages = makePages([
        { side: 20, channels: 3, pixels: Buffer.alloc(3 * 400, 200) },
        { side: 40, channels: 1, pixels: Buffer.alloc(1600, 90) },
        { side: 10, channels: 4, pixels: Buffer.alloc(400, 128) },
      ])
      const look = async (frame: number) => {
        const bytes = await studio.render(pages, {
          width: 100,
          height: 100,
          enlarge: false,
          format: 'png',
          frame,
        })
        const { width, hasAlpha } = await sharp(bytes).metadata()
        return [width, hasAlpha, (await readPixel(bytes, 5, 5))[0]]
      }
      expect(await look(0)).toEqual([20, false, 200])
      expect(await look(1)).toEqual([40, false, 90])
      expect((await look(2)).slice(0, 2)).toEqual([10, true])
    })

    it.each([
      ['gif', 5, 5],
      ['webp', 4999, 5],
      ['png', 1, 1],
      ['jpeg', 1, 1],
      ['tiff', 1, 1],
    ] as const)('R61 that a %s does not have (%i) is refused', async (format, frame, count) => {
      const image =
        format === 'gif' || format === 'webp'
          ? await makeAnimation(format)
          : await makePhoto({ ...size, format })
      await expect(draw(image, { frame })).rejects.toMatchObject({
        code: 'INVALID_OPTION',
        message: expect.stringContaining(`less than ${count}`),
      })
      const inspecting = studio.renderer.inspect({ path: await studio.store(image), frame })
      await expect(inspecting).rejects.toMatchObject({ code: 'INVALID_OPTION' })
    })

    it('is inspected in its own size', async () => {
      const pages = makePages([
        { side: 20, channels: 3, pixels: Buffer.alloc(3 * 400) },
        { side: 40, channels: 1, pixels: Buffer.alloc(1600) },
      ])
      const path = await studio.store(pages)
      const { size: second } = await studio.renderer.inspect({ path, frame: 1 })
      expect(second).toEqual({ width: 40, height: 40 })
    })
  })
}
