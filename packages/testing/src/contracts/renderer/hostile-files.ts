import { describe, expect, it } from '@jest/globals'
import { readFile } from 'node:fs/promises'
import sharp from 'sharp'
import { makeInterlacedBomb, makePixelFlood } from '../../images/bombs.ts'
import { makePhoto } from '../../images/make-photo.ts'
import { makePolyglot, strangers, truncate } from '../../images/strangers.ts'
import type { Studio } from './studio.ts'

const formats = ['jpeg', 'png', 'webp', 'gif', 'avif', 'tiff'] as const

export function describeHostileFiles(studio: Studio): void {
  describe('files that are no images, or bad ones', () => {
    it.each(Object.entries(strangers))('refuses %s as no image', async (_name, content) => {
      const refusal = {
        code: 'IMAGE_UNSUPPORTED',
        message: expect.stringContaining('JPEG, PNG, WebP, GIF, AVIF, TIFF, HEIC and JPEG XL'),
      }
      await expect(studio.ingest(content)).rejects.toMatchObject(refusal)
      await expect(studio.render(content, {})).rejects.toMatchObject(refusal)
      await expect(
        studio.renderer.inspect({ path: await studio.store(content) }),
      ).rejects.toMatchObject(refusal)
    })

    it('says what it was given, where that is well known', async () => {
      const named = { SVG: 'an SVG', BMP: 'a BMP', ICO: 'an ICO', PDF: 'a PDF' } as const
      for (const [name, stranger] of Object.entries(named)) {
        const refused = studio.ingest(strangers[stranger])
        await expect(refused).rejects.toThrow(`${name} is not supported`)
      }
    })

    it.each(formats)('refuses %s that is cut short, wherever it is', async (format) => {
      const image = await makePhoto({ width: 200, height: 150, format })
      // A JPEG may lack a twentieth of its rows.
      for (const share of [0.1, 0.5, 0.9, ...(format === 'jpeg' ? [] : [0.97])]) {
        const part = truncate(image, share)
        await expect(studio.ingest(part)).rejects.toMatchObject({ code: 'IMAGE_DAMAGED' })
        await expect(studio.render(part, { width: 50, height: 50 })).rejects.toMatchObject({
          code: 'IMAGE_DAMAGED',
        })
      }
    })

    it('refuses a progressive JPEG that is cut short', async () => {
      const image = await makePhoto({
        width: 200,
        height: 150,
        format: 'jpeg',
        progressive: true,
      })
      for (const share of [0.3, 0.7]) {
        await expect(studio.ingest(truncate(image, share))).rejects.toMatchObject({
          code: 'IMAGE_DAMAGED',
        })
      }
    })

    it('refuses an image that is damaged only where a crop would cut it away', async () => {
      const image = await makePhoto({ width: 200, height: 150, format: 'png' })
      const top = { left: 0, top: 0, width: 200, height: 20 }
      await expect(studio.ingest(truncate(image, 0.7), top)).rejects.toMatchObject({
        code: 'IMAGE_DAMAGED',
      })
    })

    it('T12 refuses a header that promises far more than there is', async () => {
      for (const bomb of [makeInterlacedBomb(), makePixelFlood()]) {
        await expect(studio.ingest(bomb)).rejects.toMatchObject({ code: 'IMAGE_TOO_LARGE' })
        await expect(studio.render(bomb, {})).rejects.toMatchObject({ code: 'IMAGE_TOO_LARGE' })
      }
    })

    it('refuses a side that is too long, however few pixels there are', async () => {
      const image = await sharp({
        create: { width: 65_501, height: 1, channels: 3, background: '#123' },
      })
        .png()
        .toBuffer()
      await expect(studio.ingest(image)).rejects.toMatchObject({
        code: 'IMAGE_TOO_LARGE',
        message: expect.stringContaining('65500'),
      })
    })

    it('T17 refuses an image with channels that are no colours', async () => {
      const image = await makePhoto({ width: 20, height: 20, format: 'tiff' })
      // Changes PhotometricInterpretation from RGB to grey: two of its three samples are now undefined.
      image[image.indexOf('0601030001000000', 0, 'hex') + 8] = 1
      await expect(studio.ingest(image)).rejects.toMatchObject({ code: 'IMAGE_UNSUPPORTED' })
    })

    it('keeps an image with something else behind its end, and renders the image alone', async () => {
      const image = makePolyglot(await makePhoto({ width: 80, height: 60, format: 'jpeg' }))
      const { reencoded, path } = await studio.ingest(image)
      expect(reencoded).toBe(false)
      expect((await readFile(path)).equals(image)).toBe(true)
      const rendered = await studio.render(image, { width: 40, height: 40 })
      expect(rendered.includes('<script>')).toBe(false)
    })

    it('tells that there is no file', async () => {
      const path = studio.newPath()
      await expect(studio.renderer.inspect({ path })).rejects.toMatchObject({
        code: 'ORIGINAL_NOT_FOUND',
      })
    })

    it('does nothing where the caller is gone already', async () => {
      const path = await studio.store(await makePhoto({ width: 80, height: 60, format: 'jpeg' }))
      const reason = new Error('gone')
      await expect(studio.renderer.inspect({ path }, AbortSignal.abort(reason))).rejects.toBe(
        reason,
      )
    })
  })
}
