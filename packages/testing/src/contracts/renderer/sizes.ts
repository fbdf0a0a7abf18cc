import { describe, expect, it } from '@jest/globals'
import {
  type Format,
  type Framing,
  type Size,
  boundCover,
  fits,
  planRender,
} from '@iaas/common/image'
import fc from 'fast-check'
import sharp from 'sharp'
import { dhash, distance } from '../../dhash.ts'
import { formatNameOf, makePhoto } from '../../images/make-photo.ts'
import { makeThinWebp } from '../../images/bombs.ts'
import { makeVariant } from '../../variants.ts'
import { type Studio, contractBounds, contractLimits } from './studio.ts'

const sources = ['jpeg', 'png', 'webp', 'gif', 'avif', 'tiff'] as const
/** Name that sharp reports for each format of a rendition. */
const targets = {
  jpg: 'jpeg',
  png: 'png',
  webp: 'webp',
  gif: 'gif',
  avif: 'heif',
} as const satisfies Record<Format, string>
const targetFormats = Object.keys(targets) as readonly Format[]
const photo = { width: 90, height: 60 }

function expectedOutcome(source: Size, box: Framing): { readonly kind: string } & Size {
  const bounded = box.fit === 'cover' ? boundCover(source, box, contractBounds) : box
  if (bounded.width !== box.width || bounded.height !== box.height) {
    return { kind: 'out-of-bounds', ...source }
  }
  return { kind: 'rendered', ...planRender(source, box, contractBounds).result }
}

function makePlain(size: Size): Promise<Buffer> {
  return sharp({ create: { ...size, channels: 3, background: '#47a' } })
    .png()
    .toBuffer()
}

async function readSize(image: Uint8Array): Promise<Size> {
  const { width, height } = await sharp(image).metadata()
  return { width, height }
}

export function describeAnswers(studio: Studio): void {
  describe('answers about formats and sizes', () => {
    it.each(sources)('reads the format and the size of %s from its header', async (format) => {
      const path = await studio.store(await makePhoto({ ...photo, format }))
      expect(await studio.renderer.inspect({ path })).toEqual({
        format: formatNameOf(format),
        size: photo,
      })
    })

    it.each(sources)('tells whether every pixel of %s is opaque, if asked', async (format) => {
      const opacityOf = async (alpha: boolean) => {
        const path = await studio.store(await makePhoto({ ...photo, format, alpha }))
        const info = await studio.renderer.inspect({ path, opacity: true })
        return info.isOpaque
      }
      expect(await opacityOf(false)).toBe(true)
      expect(await opacityOf(true)).toBe(format === 'jpeg')
    })

    it('takes an image for opaque whose alpha channel is, and one of a single clear pixel for not', async () => {
      const opacityOf = async (at: number | undefined) => {
        const pixels = Buffer.alloc(90 * 60 * 4, 255)
        if (at !== undefined) pixels[4 * at + 3] = 254
        const image = sharp(pixels, { raw: { width: 90, height: 60, channels: 4 } })
        const path = await studio.store(await image.png().toBuffer())
        const info = await studio.renderer.inspect({ path, opacity: true })
        return info.isOpaque
      }
      expect(await opacityOf(undefined)).toBe(true)
      for (const at of [0, 90 * 60 - 1]) expect(await opacityOf(at)).toBe(false)
    })

    it('tells the size of an image instead of rendering a cover that would leave the bounds', async () => {
      const path = await studio.store(await makeThinWebp(16_383))
      const variant = makeVariant({ width: 2000, height: 2000, fit: 'cover', format: 'png' })
      expect(await studio.renderer.render({ path, variant, bounds: contractBounds })).toEqual({
        kind: 'out-of-bounds',
        source: { width: 16_383, height: 1 },
      })
    })

    it('scales a cover that no box brings within the bounds down to them', async () => {
      const thin = await makeThinWebp(16_383)
      const bytes = await studio.render(thin, { width: 1, height: 1, fit: 'cover', format: 'png' })
      expect(await sharp(bytes).metadata()).toMatchObject({ width: 2000, height: 1 })
    })

    it('tells how long a render waited and took', async () => {
      const path = await studio.store(await makePhoto({ ...photo, format: 'png' }))
      const outcome = await studio.renderer.render({
        path,
        variant: makeVariant(),
        bounds: contractBounds,
      })
      expect(outcome).toMatchObject({
        timing: { queueMs: expect.any(Number), renderMs: expect.any(Number) },
      })
    })

    it('refuses an image of more pixels than are allowed, by its header', async () => {
      const width = contractLimits.maxInputPixels / 100 + 1
      const image = await makePlain({ width, height: 100 })
      const refusal = { code: 'IMAGE_TOO_LARGE', message: expect.stringContaining('3001 x 100') }
      await expect(studio.render(image, {})).rejects.toMatchObject(refusal)
      await expect(studio.ingest(image)).rejects.toMatchObject(refusal)
    })
  })
}

export function describeSizes(studio: Studio): void {
  describe('formats and sizes', () => {
    describe.each(sources)('from %s', (format) => {
      it.each(fits)('renders each format to the pixel with fit=%s', async (fit) => {
        const image = await makePhoto({ ...photo, format })
        const box = { width: 70, height: 70 }
        const { result } = planRender(photo, makeVariant({ ...box, fit }), contractBounds)
        for (const target of targetFormats) {
          const bytes = await studio.render(image, { ...box, fit, format: target })
          const { width, height, format: made } = await sharp(bytes).metadata()
          expect({ target, width, height, made }).toEqual({
            target,
            ...result,
            made: targets[target],
          })
        }
      })
    })

    it('shows the same image, whatever formats it came from and went to', async () => {
      const reference = await dhash(await makePhoto({ ...photo, format: 'png' }))
      for (const source of sources) {
        const image = await makePhoto({ ...photo, format: source, quality: 90 })
        for (const format of targetFormats) {
          const bytes = await studio.render(image, { width: 300, height: 300, format })
          expect(distance(await dhash(bytes), reference)).toBeLessThanOrEqual(4)
        }
      }
    })

    it('makes every size that the geometry plans, for any source and any box', async () => {
      const side = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 500 }))
      const size = fc.record({ width: side, height: side })
      await fc.assert(
        fc.asyncProperty(size, size, fc.constantFrom(...fits), async (source, box, fit) => {
          const image = await makePlain(source)
          const path = await studio.store(image)
          const variant = makeVariant({ ...box, fit, format: 'png' })
          const outcome = await studio.renderer.render({ path, variant, bounds: contractBounds })
          const made = outcome.kind === 'rendered' ? await readSize(outcome.bytes) : outcome.source
          expect({ kind: outcome.kind, ...made }).toEqual(expectedOutcome(source, variant))
        }),
        { numRuns: 60 },
      )
    })
  })
}
