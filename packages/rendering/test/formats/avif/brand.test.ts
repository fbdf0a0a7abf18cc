import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { AvifBox } from '@iaas/testing/images/avif-boxes'
import { readPixel } from '@iaas/testing/images/compare'
import { codeAv1, makeAvif } from '@iaas/testing/images/make-avif'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { copyImage, renderImage, ingestImage } from '../../render-image.ts'

let folder: Awaited<ReturnType<typeof createTemporaryFolder>>
let path: string
beforeAll(async () => {
  folder = await createTemporaryFolder()
  path = join(folder.path, 'image')
})
afterAll(async () => folder[Symbol.asyncDispose]())

async function write(brands: readonly string[], boxes: readonly AvifBox[] = []): Promise<void> {
  const rgba = Uint8Array.from(
    { length: 32 * 32 * 4 },
    (_, at) => [200, 100, 50, at % 255][at % 4] ?? 0,
  )
  const [colours] = await codeAv1(rgba, 32, 32)
  await writeFile(path, makeAvif({ colours, brands, boxes }))
}

describe('T31 an AVIF', () => {
  it.each([
    ['mif1', 'mif1', 'avif', 'mif1', 'miaf'],
    ['miaf', 'avif', 'mif1', 'miaf'],
    ['avis', 'avif', 'avis', 'msf1', 'mif1', 'miaf'],
  ])('is shown also under the brand %s', async (...brands) => {
    // The frames of a sequence; its image is one of its own.
    await write(brands, [{ name: 'moov', content: Buffer.alloc(0) }])
    expect((await ingestImage(path)).size).toEqual({ width: 32, height: 32 })
    const variant = await renderImage(path, { width: 16, height: 16, format: 'png' })
    for (const image of [variant, await copyImage(path)]) {
      const [red, green, blue] = await readPixel(image, 8, 8)
      expect(Math.abs(red - 200) + Math.abs(green - 100) + Math.abs(blue - 50)).toBeLessThan(8)
    }
  })

  it('is told from HEIC by what it is coded in, whatever its brands', async () => {
    await write(['mif1', 'avif', 'mif1', 'heic'])
    expect((await ingestImage(path)).format).toBe('avif')
  })
})
