import { describe, expect, it } from '@jest/globals'
import { type Fit, fits, planRender } from '@iaas/common/image'
import sharp from 'sharp'
import { meanDifference } from '../../images/compare.ts'
import { makeAnimatedGif } from '../../images/make-animation.ts'
import { makeLongGif } from '../../images/make-long-gif.ts'
import { makePhoto } from '../../images/make-photo.ts'
import { makeVariant } from '../../variants.ts'
import { type Studio, contractBounds } from './studio.ts'

const size = { width: 90, height: 60 }
const frames = 5
const timing = { delay: [40, 50, 60, 70, 80], loop: 3 }

/** A GIF or WebP of several frames, with a time for each. */
async function makeAnimation(format: 'gif' | 'webp'): Promise<Buffer> {
  const image = sharp(await makeAnimatedGif(size.width, size.height, frames), { animated: true })
  return (format === 'gif' ? image.gif(timing) : image.webp({ ...timing, quality: 95 })).toBuffer()
}

const frameOf = (image: Uint8Array, page: number) => sharp(image, { page }).png().toBuffer()

export function describeAnimations(studio: Studio): void {
  describe('animations', () => {
    describe.each(['gif', 'webp'] as const)('from %s', (source) => {
      it.each([
        ['gif', 'auto'],
        ['webp', true],
      ] as const)('keep frames, times and repetitions in %s', async (format, animated) => {
        const image = await makeAnimation(source)
        const part = { width: 45, height: 30, format, animated }
        const bytes = await studio.render(image, part)
        expect(await sharp(bytes, { animated: true }).metadata()).toMatchObject({
          format,
          pages: frames,
          width: 45,
          pageHeight: 30,
          ...timing,
        })
        for (let frame = 0; frame < frames; frame += 1) {
          const still = await studio.render(await frameOf(image, frame), {
            ...part,
            animated: 'auto',
            format: 'png',
          })
          expect(await meanDifference(await frameOf(bytes, frame), still)).toBeLessThan(6)
        }
      })

      it.each([
        ['gif', false],
        ['webp', 'auto'],
      ] as const)('are their first frame in %s without', async (format, animated) => {
        const image = await makeAnimation(source)
        const bytes = await studio.render(image, { ...size, format, animated })
        expect((await sharp(bytes).metadata()).pages ?? 1).toBe(1)
        expect(await meanDifference(bytes, await frameOf(image, 0))).toBeLessThan(8)
      })
    })

    it.each(fits)('have the planned size with fit=%s, scaled down and up', async (fit: Fit) => {
      const image = await makeAnimation('gif')
      for (const side of [40, 130]) {
        const variant = makeVariant({ width: side, height: side, fit, format: 'gif' })
        const { result } = planRender(size, variant, contractBounds)
        const bytes = await studio.render(image, variant)
        const { pages, width, pageHeight } = await sharp(bytes, { animated: true }).metadata()
        expect({ pages, width, height: pageHeight }).toEqual({ pages: frames, ...result })
      }
    })

    it.each([
      ['blur', { blur: true }],
      ['rotate', { rotate: 90 }],
      ['flip', { flip: 'vertical' }],
      ['gravity', { fit: 'crop', gravity: { x: 0, y: 0 } }],
      ['rect', { rect: { unit: 'px', left: 10, top: 5, width: 40, height: 30 } }],
    ] as const)('apply %s to each frame by itself', async (_name, part) => {
      const image = await makeAnimation('gif')
      const bytes = await studio.render(image, { width: 40, height: 40, format: 'gif', ...part })
      for (const frame of [0, 1, frames - 1]) {
        const still = await frameOf(image, frame)
        const expected = await studio.render(still, {
          width: 40,
          height: 40,
          format: 'png',
          ...part,
        })
        expect(await meanDifference(await frameOf(bytes, frame), expected)).toBeLessThan(8)
      }
    })

    it('are not made of a still image', async () => {
      for (const format of ['jpeg', 'png', 'tiff'] as const) {
        const image = await makePhoto({ ...size, format })
        for (const [target, animated] of [
          ['gif', 'auto'],
          ['webp', true],
        ] as const) {
          const bytes = await studio.render(image, { ...size, format: target, animated })
          expect((await sharp(bytes).metadata()).pages ?? 1).toBe(1)
        }
      }
    })

    it('R55 are the first frame, and say so, if they have too many frames', async () => {
      const path = await studio.store(makeLongGif(301))
      const variant = makeVariant({ width: 10, height: 10, format: 'gif' })
      const outcome = await studio.renderer.render({ path, variant, bounds: contractBounds })
      expect(outcome).toMatchObject({ kind: 'rendered', note: 'animation-too-long' })
    })

    it('keep transparency in GIF', async () => {
      const image = await makePhoto({ ...size, format: 'gif', alpha: true })
      const bytes = await studio.render(image, { ...size, format: 'gif' })
      expect(await sharp(bytes).metadata()).toMatchObject({ hasAlpha: true })
      expect(await meanDifference(bytes, image)).toBeLessThan(6)
    })
  })
}
