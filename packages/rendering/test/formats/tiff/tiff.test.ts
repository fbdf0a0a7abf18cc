import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Region } from '@iaas/common/image'
import { makeTiff } from '@iaas/testing/images/make-tiff'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { makeVariant } from '@iaas/testing/variants'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import sharp from 'sharp'
import type { RenderPool } from '../../../src/pool/pool-types.ts'
import { openPool } from '../../open-pool.ts'

/** Four colours, in the corners of an image of 60 x 40 px that is stored turned. */
async function makeTurned(orientation: number): Promise<Buffer> {
  const patch = async (background: string) =>
    sharp({ create: { width: 30, height: 20, channels: 3, background } })
      .png()
      .toBuffer()
  const patches = await Promise.all(['#f00', '#0f0', '#00f', '#fff'].map(patch))
  const base = sharp({ create: { width: 60, height: 40, channels: 3, background: '#000' } })
  return base
    .composite(
      patches.map((input, index) => ({
        input,
        left: 30 * (index % 2),
        top: 20 * Math.floor(index / 2),
      })),
    )
    .withMetadata({ orientation })
    .tiff({ compression: 'lzw' })
    .toBuffer()
}

let folder: Awaited<ReturnType<typeof createTemporaryFolder>>
let pool: RenderPool
let path: string
let outputPath: string
beforeAll(async () => {
  folder = await createTemporaryFolder()
  path = join(folder.path, 'upload')
  outputPath = join(folder.path, 'kept')
  pool = openPool({ maxOnDiskPixels: 2400 })
})
afterAll(async () => {
  await pool[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

const ingest = (crop?: Region) => pool.ingest({ path, outputPath, crop, stripMetadata: false })

/** As it is displayed. */
async function pixelsOf(file: string | Buffer, region?: Region) {
  const upright = await sharp(file).autoOrient().png().toBuffer()
  const part = region === undefined ? sharp(upright) : sharp(upright).extract(region)
  const { data, info } = await part.removeAlpha().raw().toBuffer({ resolveWithObject: true })
  return { width: info.width, height: info.height, data: data.toString('hex') }
}

describe('a TIFF that is written anew', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('is turned once, from orientation %i', async (orientation) => {
    const upload = await makeTurned(orientation)
    await writeFile(path, upload)
    const crop = { left: 5, top: 3, width: 30, height: 20 }
    const { size } = await ingest(crop)
    const kept = await pixelsOf(outputPath)
    expect(size).toEqual({ width: crop.width, height: crop.height })
    expect(kept).toEqual(await pixelsOf(upload, crop))
    expect((await pool.inspect({ path: outputPath })).size).toEqual(size)
  })

  it('is as large as it is said to be once it has become smaller', async () => {
    await using small = openPool({ maxOnDiskPixels: 600 })
    await writeFile(path, await makeTurned(6))
    const { size } = await small.ingest({ path, outputPath, crop: undefined, stripMetadata: false })
    expect(size).toEqual({ width: 20, height: 30 })
    expect((await small.inspect({ path: outputPath })).size).toEqual(size)
  })
})

const side = 8
const fill = (channels: number, write: (to: Buffer, at: number) => void) => {
  const pixels = Buffer.alloc(side * side * channels * 4)
  for (let at = 0; at < pixels.length; at += 4) write(pixels, at)
  return pixels
}
const float = (to: Buffer, at: number) => void to.writeFloatLE(0.75, at)
const unsigned = (to: Buffer, at: number) => void to.writeUInt32LE(0xc0_00_00_00, at)

describe('a TIFF of 32 bits a channel', () => {
  it.each([
    ['grey in floating point', { channels: 1, sampleFormat: 3, pixels: fill(1, float) }],
    ['grey in integers', { channels: 1, sampleFormat: 1, pixels: fill(1, unsigned) }],
    ['colours in integers', { channels: 3, sampleFormat: 1, pixels: fill(3, unsigned) }],
  ] as const)('is refused: %s, which would come out black', async (_name, options) => {
    await writeFile(path, makeTiff({ side, bits: 32, ...options }))
    await expect(ingest()).rejects.toMatchObject({ code: 'IMAGE_UNSUPPORTED' })
  })

  it('is taken for light where it has colours in floating point', async () => {
    await writeFile(
      path,
      makeTiff({ side, bits: 32, channels: 3, sampleFormat: 3, pixels: fill(3, float) }),
    )
    await ingest()
    const variant = makeVariant({ width: side, height: side, format: 'png' })
    const outcome = await pool.render({ path, variant, bounds: { width: 99, height: 99 } })
    if (outcome.kind !== 'rendered') throw new Error('It was not rendered.')
    const [red] = await sharp(outcome.bytes).raw().toBuffer()
    expect(red).toBeGreaterThan(200)
  })
})

describe('a TIFF of amounts of light', () => {
  /** Columns of no light and of more light than white, in turn. */
  const stripes = fill(3, (to, at) => {
    const column = Math.floor(at / 12) % side
    to.writeFloatLE(column % 2 === 0 ? 0 : 4, at)
  })

  it('is scaled in sRGB, as its working copy is', async () => {
    const image = makeTiff({ side, bits: 32, channels: 3, sampleFormat: 3, pixels: stripes })
    await writeFile(path, image)
    const variant = makeVariant({ width: side / 2, height: side / 2, format: 'png' })
    const render = async (from: string) => {
      const outcome = await pool.render({ path: from, variant, bounds: { width: 99, height: 99 } })
      if (outcome.kind !== 'rendered') throw new Error('It was not rendered.')
      return sharp(outcome.bytes).toColourspace('srgb').raw().toBuffer()
    }
    const black = [0, 0, 0]
    const row = Array.from({ length: side }, (_, x) => (x % 2 === 0 ? black : [255, 255, 255]))
    const raw = { width: side, height: side, channels: 3 } as const
    const shown = sharp(Buffer.from(Array.from({ length: side }, () => row).flat(2)), { raw })
    await shown.png().toFile(outputPath)
    expect(await render(path)).toEqual(await render(outputPath))
  })
})

describe('a TIFF of another space in floating point', () => {
  it.each(['lab', 'xyz'])('is taken, and has its colours: %s', async (space) => {
    const create = { width: side, height: side, channels: 3, background: '#c81020' } as const
    const image = sharp({ create }).pipelineColourspace(space).toColourspace(space)
    await writeFile(path, await image.tiff({ compression: 'none' }).toBuffer())
    expect(await sharp(path).metadata()).toMatchObject({ space, depth: 'float' })
    await ingest()
    const variant = makeVariant({ width: side, height: side, format: 'png' })
    const outcome = await pool.render({ path, variant, bounds: { width: 99, height: 99 } })
    if (outcome.kind !== 'rendered') throw new Error('It was not rendered.')
    const [red, green, blue] = await sharp(outcome.bytes).raw().toBuffer()
    expect(Math.abs((red ?? 0) - 0xc8)).toBeLessThan(3)
    expect(Math.abs((green ?? 0) - 0x10)).toBeLessThan(3)
    expect(Math.abs((blue ?? 0) - 0x20)).toBeLessThan(3)
  })
})

describe('a TIFF that a camera has recorded', () => {
  const pixels = Buffer.alloc(side * side * 3, 99)
  const thumbnail = (tags: Readonly<Record<number, number>>) =>
    makeTiff({ side, channels: 3, bits: 8, pixels, tags })

  it.each([
    ['its first image is a thumbnail', { 254: 1 }],
    ['it is a DNG', { 50706: 0x01_04_00_00 }],
  ])('is refused where %s', async (_name, tags) => {
    await writeFile(path, thumbnail(tags))
    await expect(ingest()).rejects.toMatchObject({
      code: 'IMAGE_UNSUPPORTED',
      message: expect.stringMatching(/^Camera raw is not supported/),
    })
  })

  it.each([0, 2])('is none where its first image is one of its own (%i)', async (subfileType) => {
    await writeFile(path, thumbnail({ 254: subfileType }))
    expect((await ingest()).size).toEqual({ width: side, height: side })
  })
})
