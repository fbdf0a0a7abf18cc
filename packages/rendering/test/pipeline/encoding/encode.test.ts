import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Variant } from '@iaas/common/image'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { makeVariant } from '@iaas/testing/variants'
import sharp from 'sharp'
import { readQuality } from '../../../src/formats/readers.ts'
import type { EncoderOptions } from '../../../src/pipeline/steps/step.ts'
import { openPool } from '../../open-pool.ts'

const least = {
  jpegTrellis: false,
  webpEffort: 0,
  avifEffort: 0,
  gifEffort: 3,
  pngCompression: 1,
  pngFilters: false,
}

describe('The encoders', () => {
  let folder: Awaited<ReturnType<typeof createTemporaryFolder>>
  beforeAll(async () => {
    folder = await createTemporaryFolder()
    const photo = await makePhoto({ width: 400, height: 300, format: 'jpeg' })
    await writeFile(join(folder.path, 'photo'), photo)
  })
  afterAll(async () => {
    await folder[Symbol.asyncDispose]()
  })

  async function render(part: Partial<Variant>, encoders: EncoderOptions): Promise<Buffer> {
    await using pool = openPool({ encoders })
    const variant = makeVariant({ width: 200, height: 150, quality: 80, ...part })
    const bounds = { width: 2000, height: 2000 }
    const result = await pool.render({ path: join(folder.path, 'photo'), variant, bounds })
    if (result.kind !== 'rendered') throw new Error('The variant is out of bounds.')
    return Buffer.from(result.bytes)
  }

  it('make smaller files where they may try harder', async () => {
    const harder = [
      ['jpg', { ...least, jpegTrellis: true }],
      ['webp', { ...least, webpEffort: 4 }],
      ['png', { ...least, pngCompression: 9 }],
      ['avif', { ...least, avifEffort: 3 }],
    ] as const
    for (const [format, encoders] of harder) {
      const quick = await render({ format }, least)
      expect((await render({ format }, encoders)).length).toBeLessThan(quick.length)
    }
  })

  it('write the same pixels into a PNG however hard they try', async () => {
    const plain = await render({ format: 'png' }, least)
    const filtered = await render({ format: 'png' }, { ...least, pngFilters: true })
    const pixelsOf = (bytes: Buffer) => sharp(bytes).raw().toBuffer()
    expect(await pixelsOf(filtered)).toEqual(await pixelsOf(plain))
  })

  it('leave the quality of a JPEG readable where they choose coefficients by their cost', async () => {
    const path = join(folder.path, 'trellis')
    await writeFile(path, await render({ format: 'jpg' }, { ...least, jpegTrellis: true }))
    expect(readQuality(path, 'jpg')).toBe(80)
  })
})
