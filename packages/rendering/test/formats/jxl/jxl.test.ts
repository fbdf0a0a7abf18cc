import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { joinBox } from '@iaas/testing/images/avif-boxes'
import { jxlFiles } from '@iaas/testing/images/jxl-files'
import { readPixel } from '@iaas/testing/images/compare'
import { tileColours } from '@iaas/testing/images/make-heic'
import { truncate } from '@iaas/testing/images/strangers'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import sharp from 'sharp'
import type { RenderPool } from '../../../src/pool/pool-types.ts'
import { stripJxl } from '../../../src/formats/jxl/metadata.ts'
import { openPool } from '../../open-pool.ts'
import { copyImage, ingestImage, renderImage } from '../../render-image.ts'

let folder: Awaited<ReturnType<typeof createTemporaryFolder>>
let path: string
beforeAll(async () => {
  folder = await createTemporaryFolder()
  path = join(folder.path, 'image')
})
afterAll(async () => folder[Symbol.asyncDispose]())

describe('a JPEG XL', () => {
  it.each(Object.entries(jxlFiles))('is kept as it came, and shown: %s', async (name, file) => {
    await writeFile(path, file)
    const ingested = await ingestImage(path)
    expect(ingested).toMatchObject({ reencoded: false, format: 'jxl' })
    expect(ingested.size).toEqual({ width: 64, height: 48 })
    expect(ingested.bytes).toEqual(file)
    const variant = await renderImage(path, { width: 64, height: 48, format: 'png' })
    const copy = await copyImage(path)
    expect((await sharp(copy).metadata()).format).toBe(name === 'alpha' ? 'png' : 'jpeg')
    for (const image of [variant, copy]) {
      expect((await sharp(image).metadata()).hasAlpha).toBe(name === 'alpha')
      const opaque = await sharp(image).removeAlpha().png().toBuffer()
      const pixel = await readPixel(opaque, 8, 8)
      const [red] = tileColours
      const distance = pixel.reduce((sum, value, at) => sum + Math.abs(value - (red[at] ?? 0)), 0)
      expect(distance).toBeLessThan(12)
    }
  })

  it('that is cropped at the upload becomes a JPEG', async () => {
    await writeFile(path, jxlFiles.lossless)
    const crop = { left: 32, top: 0, width: 20, height: 20 }
    expect(await ingestImage(path, crop)).toMatchObject({ reencoded: true, format: 'jpg' })
  })
})

it('T37 a JPEG XL that says where it was taken is warned of, and loses that with its metadata', async () => {
  const image = sharp({ create: { width: 8, height: 8, channels: 3, background: '#000' } })
  const position = { GPSLatitudeRef: 'N', GPSLatitude: '52/1 30/1 0/1' }
  const located = await image.withExif({ IFD3: position }).jpeg().toBuffer()
  const { exif = Buffer.alloc(0) } = await sharp(located).metadata()
  const content = Buffer.concat([Buffer.alloc(4), exif.subarray(6)])
  const file = Buffer.concat([jxlFiles.container, joinBox({ name: 'Exif', content })])
  await writeFile(path, file)
  expect((await ingestImage(path)).warnings).toEqual(['location'])
  expect(Buffer.concat(stripJxl(file) ?? [])).toEqual(jxlFiles.container)
  expect(stripJxl(jxlFiles.lossless)).toEqual([jxlFiles.lossless])
  expect(stripJxl(truncate(file, 0.99))).toBeUndefined()
})

describe('T44 a JPEG XL that is broken or built to be costly', () => {
  let pool: RenderPool
  beforeAll(() => {
    pool = openPool()
  })
  afterAll(async () => pool[Symbol.asyncDispose]())

  async function ingest(file: Buffer, into = pool) {
    await writeFile(path, file)
    return into.ingest({ path, outputPath: `${path}.out`, crop: undefined, stripMetadata: false })
  }

  it('is refused wherever it is cut', async () => {
    for (const share of [0.1, 0.3, 0.5, 0.9]) {
      await expect(ingest(truncate(jxlFiles.lossless, share))).rejects.toMatchObject({
        code: expect.stringMatching(/^IMAGE_/),
      })
    }
    expect(pool.stats().quarantined).toBe(0)
  })

  it('is refused by the size that it declares, before the decoder is loaded', async () => {
    // Not small; height 1 + (2^30 - 1), ratio 1:1.
    const bits = 0n | (3n << 1n) | ((2n ** 30n - 1n) << 3n) | (1n << 33n)
    const header = Buffer.alloc(8)
    header.writeBigUInt64LE(bits)
    const bomb = Buffer.concat([Buffer.from([0xff, 0x0a]), header, Buffer.alloc(100)])
    await expect(ingest(bomb)).rejects.toMatchObject({ code: 'IMAGE_TOO_LARGE' })
  })

  it('is refused by its estimate if the pool has not the memory', async () => {
    // 5000 x 5000 px.
    const bits = 0n | (1n << 1n) | (4999n << 3n) | (1n << 16n)
    const header = Buffer.alloc(8)
    header.writeBigUInt64LE(bits)
    const bomb = Buffer.concat([Buffer.from([0xff, 0x0a]), header, Buffer.alloc(100)])
    await using small = openPool({ memoryBudgetBytes: 2 ** 29 })
    await expect(ingest(bomb, small)).rejects.toMatchObject({ code: 'IMAGE_TOO_LARGE' })
    await expect(ingest(bomb)).rejects.toMatchObject({ code: 'IMAGE_DAMAGED' })
  })

  it('is refused or shown, whatever bit of it is wrong', async () => {
    for (let at = 2; at < jxlFiles.lossless.length; at += 3) {
      const file = Buffer.from(jxlFiles.lossless)
      file[at] = (file[at] ?? 0) ^ (1 << (at % 8))
      const outcome = await ingest(file).then(
        () => 'IMAGE_SHOWN',
        (error: { readonly code: string }) => error.code,
      )
      expect(outcome).toMatch(/^IMAGE_/)
    }
    expect(pool.stats().quarantined).toBe(0)
  })

  it('is refused before anything parses it if the configuration says so', async () => {
    await using strict = openPool({ refusedFormats: ['jxl'] })
    await expect(ingest(jxlFiles.lossless, strict)).rejects.toThrow('JPEG XL is not supported')
  })
})
