import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { OriginalFormat } from '@iaas/common/image'
import { isFineDecodingCheap } from '@iaas/rendering/pipeline/steps/resize'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { describe, expect, it } from '@jest/globals'
import sharp from 'sharp'
import { renderImage } from '../../render-image.ts'

const small = { width: 640, height: 480 }
const medium = { width: 1600, height: 1200 }
const large = { width: 4000, height: 3000 }

describe('the choice of how far a decoder shrinks', () => {
  it.each([
    // The shrink factors of JPEG are 8 and 4, 4 and 2, 2 and 1.
    ['a JPEG of 5 megapixels to a tenth', 'jpg', { width: 2560, height: 1920 }, 10, true],
    ['a JPEG of 12 megapixels to a tenth', 'jpg', large, 10, false],
    ['a JPEG of 1 megapixel to a fifth', 'jpg', { width: 1200, height: 900 }, 5, true],
    ['a JPEG of 2 megapixels to a fifth', 'jpg', medium, 5, false],
    ['a JPEG of 0.3 megapixels to a third', 'jpg', small, 3, true],
    ['a JPEG of 2 megapixels to a third', 'jpg', medium, 3, false],
    ['a JPEG to a twentieth, where both are the same', 'jpg', large, 20, true],
    ['a WebP of 0.3 megapixels to half', 'webp', small, 2, true],
    ['a WebP of 0.3 megapixels to a twentieth', 'webp', small, 20, true],
    ['a WebP of 1 megapixel to a tenth', 'webp', { width: 1150, height: 870 }, 10, true],
    ['a WebP of 2 megapixels to nine tenths', 'webp', medium, 1.06, true],
    ['a WebP of 2 megapixels to a third', 'webp', medium, 3, false],
    ['a WebP of 12 megapixels to a tenth', 'webp', large, 10, false],
  ] as const)(
    'is the fine one if it costs little: %s',
    (_name, format: OriginalFormat, source, times, isFine) => {
      const scaled = {
        width: Math.round(source.width / times),
        height: Math.round(source.height / times),
      }
      expect(isFineDecodingCheap(format, source, scaled)).toBe(isFine)
    },
  )

  it('scales a small WebP from all of its pixels', async () => {
    await using folder = await createTemporaryFolder()
    const path = join(folder.path, 'drawing.webp')
    const stripes = Buffer.from(
      `<svg xmlns="http://www.w3.org/2000/svg" width="240" height="180"><rect width="100%" height="100%" fill="#fff"/>
        <path d="${Array.from({ length: 80 }, (_, at) => `M${at * 3} 0 l40 180`).join('')}" stroke="#136"/></svg>`,
    )
    const drawn = await sharp(stripes).removeAlpha().raw().toBuffer({ resolveWithObject: true })
    const { width, height, channels } = drawn.info
    const raw = { width, height, channels }
    await writeFile(path, await sharp(drawn.data, { raw }).webp({ lossless: true }).toBuffer())
    const bytes = await renderImage(path, { width: 100, height: 75, format: 'png' })
    const rendered = await sharp(bytes).toColourspace('srgb').raw().toBuffer()
    const expected = await sharp(drawn.data, { raw })
      .resize({ width: 100, height: 75, fit: 'fill' })
      .raw()
      .toBuffer()
    expect(rendered.equals(expected)).toBe(true)
  })
})
