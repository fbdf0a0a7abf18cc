import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { describe, expect, it } from '@jest/globals'
import sharp from 'sharp'
import { estimateWebpQuality } from '../../../src/formats/webp/quality.ts'

const photo = { width: 300, height: 200 }

async function withFile<T>(content: Uint8Array, read: (path: string) => T): Promise<T> {
  await using folder = await createTemporaryFolder()
  const path = join(folder.path, 'image')
  await writeFile(path, content)
  return read(path)
}

describe('the estimate of the quality of a WebP', () => {
  it.each([1, 10, 25, 50, 75, 80, 90, 100])(
    'is near %i, with which it was written',
    async (quality) => {
      for (const alpha of [false, true]) {
        const image = await makePhoto({ ...photo, format: 'webp', quality, alpha })
        const estimate = await withFile(image, estimateWebpQuality)
        expect(Math.abs((estimate ?? 0) - quality)).toBeLessThanOrEqual(12)
      }
    },
  )

  it('is that of the first frame of an animation', async () => {
    const frame = await sharp(await makePhoto({ ...photo, format: 'png' }))
      .raw()
      .toBuffer()
    const raw = { ...photo, height: 400, channels: 3, pageHeight: 200 } as const
    const pair = sharp(Buffer.concat([frame, frame.map((value) => 255 - value)]), { raw })
    const animation = await pair.webp({ quality: 50, loop: 0 }).toBuffer()
    expect(animation.includes('ANMF')).toBe(true)
    const estimate = await withFile(animation, estimateWebpQuality)
    expect(Math.abs((estimate ?? 0) - 50)).toBeLessThanOrEqual(12)
  })

  it('is none for a lossless one, one that is cut off, and what is no WebP', async () => {
    const image = await makePhoto({ ...photo, format: 'webp' })
    const lossless = await sharp(image).webp({ lossless: true }).toBuffer()
    for (const content of [lossless, image.subarray(0, 25), Buffer.from('RIFF'), Buffer.alloc(0)]) {
      expect(await withFile(content, estimateWebpQuality)).toBeUndefined()
    }
  })
})
