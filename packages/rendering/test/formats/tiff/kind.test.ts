import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readPixel } from '@iaas/testing/images/compare'
import { type TiffOptions, makeTiff } from '@iaas/testing/images/make-tiff'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import sharp from 'sharp'
import { renderImage, ingestImage } from '../../render-image.ts'

const side = 8

let folder: Awaited<ReturnType<typeof createTemporaryFolder>>
let path: string
beforeAll(async () => {
  folder = await createTemporaryFolder()
  path = join(folder.path, 'image')
})
afterAll(async () => folder[Symbol.asyncDispose]())

async function write(options: Omit<TiffOptions, 'side' | 'pixels'>, samples?: readonly number[]) {
  const { bits, channels } = options
  const pixel = Buffer.alloc(Math.max(1, bits >> 3) * channels, 99)
  for (const [index, sample] of (samples ?? []).entries()) {
    if (bits === 8) pixel.writeUInt8(sample, index)
    else pixel.writeUInt16LE(sample, 2 * index)
  }
  const pixels = Buffer.concat(Array<Buffer>(2 * side * side).fill(pixel))
  await writeFile(path, makeTiff({ side, pixels, ...options }))
}

describe('T32 a TIFF that no decoder here understands', () => {
  it.each([
    ['12 bits of grey', { channels: 1, bits: 12 }, /12 bits a channel/],
    ['12 bits a colour', { channels: 3, bits: 12 }, /12 bits a channel/],
    ['2 bits a colour', { channels: 3, bits: 2 }, /2 bits a channel/],
    ['24 bits of grey', { channels: 1, bits: 24 }, /24 bits a channel/],
    [
      '64 bits in floating point',
      { channels: 1, bits: 64, sampleFormat: 3 },
      /64 bits a channel in floating/,
    ],
    [
      '16 bits in floating point',
      { channels: 1, bits: 16, sampleFormat: 3 },
      /16 bits a channel in floating/,
    ],
    ['8 bits with a sign', { channels: 1, bits: 8, sampleFormat: 2 }, /signed samples/],
    [
      '16 bits with a sign, in colour',
      { channels: 3, bits: 16, sampleFormat: 2 },
      /signed samples/,
    ],
    ['Lab of 8 bits', { channels: 3, bits: 8, tags: { 262: 8 } }, /Lab/],
    ['ICC Lab', { channels: 3, bits: 16, tags: { 262: 9 } }, /Lab/],
    ['LogL', { channels: 1, bits: 16, tags: { 259: 34_676, 262: 32_844 } }, /LogL/],
    [
      'the JPEG of TIFF 6.0',
      { channels: 3, bits: 8, tags: { 259: 6, 262: 6 } },
      /JPEG compression of TIFF 6\.0/,
    ],
    ['Zstandard', { channels: 1, bits: 8, tags: { 259: 50_000 } }, /Zstandard/],
    ['what nobody knows', { channels: 1, bits: 8, tags: { 259: 4711 } }, /compression 4711/],
  ] as const)('is refused as such, by its name: %s', async (_name, options, name) => {
    await write(options)
    await expect(ingestImage(path)).rejects.toMatchObject({
      code: 'IMAGE_UNSUPPORTED',
      message: expect.stringMatching(name),
    })
  })
})

describe('T31 a TIFF', () => {
  const size = { width: side, height: side, format: 'png' } as const

  it.each([8, 16])(
    'shows no channel as transparency that is not said to be it (%i bits)',
    async (bits) => {
      const level = (value: number) => (bits === 8 ? value : value * 257)
      await write({ channels: 4, bits, tags: { 338: 0 } }, [200, 100, 50, 0].map(level))
      const png = await renderImage(path, size)
      expect(await readPixel(png, 3, 3)).toEqual([200, 100, 50])
      expect((await sharp(png).metadata()).hasAlpha).toBe(false)
      await write({ channels: 2, bits, tags: { 338: 0 } }, [99, 0].map(level))
      expect(await readPixel(await renderImage(path, size), 3, 3)).toEqual([99, 99, 99])
      await write({ channels: 4, bits, tags: { 338: 2 } }, [200, 100, 50, 0].map(level))
      expect((await sharp(await renderImage(path, size)).metadata()).hasAlpha).toBe(true)
    },
  )

  it('has its colours where they are Lab of 16 bits', async () => {
    // L from 0 to 100, a and b in steps of 1/256.
    const lab = [54.05 * 655.35, 36.8 * 256, 46.4 * 256].map(Math.round)
    await write({ channels: 3, bits: 16, tags: { 262: 8 } }, lab)
    const [red, green, blue] = await readPixel(await renderImage(path, size), 3, 3)
    expect(Math.abs(red - 200) + Math.abs(green - 100) + Math.abs(blue - 50)).toBeLessThan(12)
  })
})
