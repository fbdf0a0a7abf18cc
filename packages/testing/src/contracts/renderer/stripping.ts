import { describe, expect, it } from '@jest/globals'
import { readFile } from 'node:fs/promises'
import sharp from 'sharp'
import { makeAnimatedGif } from '../../images/make-animation.ts'
import { formatNameOf, makePhoto } from '../../images/make-photo.ts'
import { type MetadataOptions, makePhotoWithMetadata, secret } from '../../images/with-metadata.ts'
import { type Studio, exists } from './studio.ts'

const region = { left: 10, top: 10, width: 20, height: 20 }

const images: readonly MetadataOptions[] = [
  { format: 'jpeg' },
  { format: 'jpeg', progressive: true, orientation: 6 },
  { format: 'jpeg', orientation: 8 },
  { format: 'png' },
  { format: 'png', progressive: true, alpha: true, orientation: 3 },
  { format: 'webp' },
  { format: 'webp', alpha: true, orientation: 6 },
]

export function describeStripping(studio: Studio): void {
  describe('the metadata of uploads', () => {
    it.each(images)('T16 is removed without touching a pixel: %j', async (options) => {
      const image = await makePhotoWithMetadata(options)
      expect(image.includes(secret)).toBe(true)
      const ingested = await studio.ingest(image, undefined, true)
      const { size } = await studio.renderer.inspect({ path: ingested.path })
      expect(ingested).toMatchObject({
        reencoded: true,
        format: formatNameOf(options.format),
        size,
      })
      const kept = await readFile(ingested.outputPath)
      expect(kept.includes(secret)).toBe(false)
      const [before, after] = [await sharp(image).metadata(), await sharp(kept).metadata()]
      expect(after.xmp).toBeUndefined()
      expect(after.orientation ?? 1).toBe(options.orientation ?? 1)
      expect(after.icc?.equals(before.icc ?? Buffer.alloc(0))).toBe(true)
      expect(await decode(kept)).toEqual(await decode(image))
      // A clean file stays unchanged.
      expect(await studio.ingest(kept, undefined, true)).toMatchObject({ reencoded: false })
    })

    it('T16 is kept where nobody asks for its removal', async () => {
      const image = await makePhotoWithMetadata({ format: 'jpeg' })
      const { reencoded, outputPath } = await studio.ingest(image)
      expect([reencoded, await exists(outputPath)]).toEqual([false, false])
    })

    it('T16 goes with a crop in any case', async () => {
      const image = await makePhotoWithMetadata({ format: 'png' })
      const { outputPath } = await studio.ingest(image, region, true)
      expect((await readFile(outputPath)).includes(secret)).toBe(false)
    })

    it('is left alone in the other formats', async () => {
      for (const image of [
        await makeAnimatedGif(40, 30, 2),
        await makePhoto({ width: 40, height: 30, format: 'tiff' }),
        await makePhoto({ width: 40, height: 30, format: 'avif' }),
      ]) {
        expect(await studio.ingest(image, undefined, true)).toMatchObject({ reencoded: false })
      }
    })
  })
}

/** Returns the pixels as stored, in their own colours. */
async function decode(image: Buffer): Promise<string> {
  return (await sharp(image).keepIccProfile().raw().toBuffer()).toString('base64')
}
