import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32, deflateSync } from 'node:zlib'
import { makeClappedAvif } from '@iaas/testing/images/clapped-avif'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import sharp from 'sharp'
import { inspectFile } from '../../src/formats/inspect.ts'

const maxPixels = 1e6
const tooCostly = { code: 'IMAGE_TOO_COSTLY' }

let folder: Awaited<ReturnType<typeof createTemporaryFolder>>
let path: string
beforeAll(async () => {
  folder = await createTemporaryFolder()
  path = join(folder.path, 'image')
})
afterAll(async () => folder[Symbol.asyncDispose]())

async function put(image: Buffer): Promise<string> {
  await writeFile(path, image)
  return path
}

async function inspect(image: Buffer) {
  return inspectFile(await put(image), maxPixels)
}

const pixel = sharp({ create: { width: 1, height: 1, channels: 4, background: '#f008' } })

describe('a PNG with texts', () => {
  /** Between its header and its pixels. */
  async function withChunks(chunks: readonly Buffer[]): Promise<Buffer> {
    const png = await pixel.png().toBuffer()
    return Buffer.concat([png.subarray(0, 33), ...chunks, png.subarray(33)])
  }
  function makeChunk(name: string, content: Buffer): Buffer {
    const chunk = Buffer.alloc(12 + content.length)
    chunk.writeUInt32BE(content.length, 0)
    chunk.write(name, 4, 'latin1')
    content.copy(chunk, 8)
    chunk.writeUInt32BE(crc32(chunk.subarray(4, -4)), chunk.length - 4)
    return chunk
  }
  const packed = (bytes: number) => deflateSync(Buffer.alloc(bytes, 'A'), { level: 9 })
  const zTXt = (bytes: number) =>
    makeChunk('zTXt', Buffer.concat([Buffer.from('k\0\0'), packed(bytes)]))
  const iTXt = (bytes: number) =>
    makeChunk('iTXt', Buffer.concat([Buffer.from('k\0\u0001\0en\0k\0'), packed(bytes)]))

  it.each([
    ['zTXt', zTXt],
    ['iTXt', iTXt],
  ])('is too costly where they unpack to more than 16 MB (%s)', async (_name, make) => {
    const text = make(7_900_000)
    await expect(inspect(await withChunks([text, text, text]))).rejects.toMatchObject(tooCostly)
    expect(await inspect(await withChunks([text]))).toMatchObject({ format: 'png' })
  })

  it('is too costly where there are tens of thousands of them, before or behind its pixels', async () => {
    const texts = Buffer.concat(
      Array.from({ length: 20_000 }, () => makeChunk('tEXt', Buffer.from('k\0a'))),
    )
    const png = await pixel.png().toBuffer()
    const behind = Buffer.concat([png.subarray(0, -12), texts, png.subarray(-12)])
    await expect(inspect(behind)).rejects.toMatchObject(tooCostly)
    await expect(inspect(await withChunks([texts]))).rejects.toMatchObject(tooCostly)
  })

  it('is too costly where it has hundreds of thousands of chunks without meaning', async () => {
    const chunk = makeChunk('prIv', Buffer.alloc(0))
    const chunks = Buffer.concat(Array<Buffer>(200_000).fill(chunk))
    await expect(inspect(await withChunks([chunks]))).rejects.toMatchObject(tooCostly)
  })

  it('is any other one where they are small, or cannot be read', async () => {
    const broken = makeChunk('zTXt', Buffer.from('k\0\0no deflate'))
    const short = makeChunk('iTXt', Buffer.from('k\0\u0001\0'))
    const chunks = [zTXt(5000), iTXt(5000), makeChunk('tEXt', Buffer.from('k\0text'))]
    expect(await inspect(await withChunks(chunks))).toMatchObject({ format: 'png' })
    expect(await inspect(await withChunks([broken, short]))).toMatchObject({ format: 'png' })
  })
})

describe('a WebP of many frames', () => {
  async function makeAnimation(frames: number): Promise<Buffer> {
    const still = await pixel.webp({ lossless: true }).toBuffer()
    const image = still.subarray(still.indexOf('VP8L'))
    const frame = Buffer.concat([Buffer.from('ANMF'), Buffer.alloc(4 + 16), image])
    frame.writeUInt32LE(16 + image.length, 4)
    frame.writeUInt8(10, 20)
    const extended = Buffer.alloc(18)
    extended.write('VP8X')
    extended.writeUInt32LE(10, 4)
    // It has alpha, and is an animation.
    extended.writeUInt8(0x12, 8)
    const animation = Buffer.alloc(14)
    animation.write('ANIM')
    animation.writeUInt32LE(6, 4)
    const body = [Buffer.from('WEBP'), extended, animation]
    const content = Buffer.concat([...body, ...Array<Buffer>(frames).fill(frame)])
    const header = Buffer.from('RIFF\0\0\0\0')
    header.writeUInt32LE(content.length, 4)
    return Buffer.concat([header, content])
  }

  it('is too costly with hundreds of thousands of chunks without meaning', async () => {
    const still = await pixel.webp({ lossless: true }).toBuffer()
    const chunks = Array<Buffer>(200_000).fill(Buffer.from('priv\0\0\0\0'))
    const file = Buffer.concat([still, ...chunks])
    file.writeUInt32LE(file.length - 8, 4)
    await expect(inspect(file)).rejects.toMatchObject(tooCostly)
  })

  it('is too costly beyond 5,000: decoders look at all of them each time', async () => {
    await expect(inspect(await makeAnimation(20_000))).rejects.toMatchObject(tooCostly)
    expect(await inspect(await makeAnimation(300))).toMatchObject({ size: { width: 1, height: 1 } })
  })
})

describe('a TIFF of many pages', () => {
  /** Of one pixel each, which is the byte behind the header. */
  function makePages(pages: number, isCircle = false): Buffer {
    const values: readonly (readonly [number, number])[] = [
      [256, 1],
      [257, 1],
      [258, 8],
      [259, 1],
      [262, 1],
      [273, 8],
      [277, 1],
      [278, 1],
      [279, 1],
    ]
    const pageBytes = 2 + 12 * values.length + 4
    const directories = Array.from({ length: pages }, (_, page) => {
      const directory = Buffer.alloc(pageBytes)
      directory.writeUInt16LE(values.length, 0)
      for (const [index, [tag, value]] of values.entries()) {
        directory.writeUInt16LE(tag, 2 + 12 * index)
        directory.writeUInt16LE(4, 4 + 12 * index)
        directory.writeUInt32LE(1, 6 + 12 * index)
        directory.writeUInt32LE(value, 10 + 12 * index)
      }
      const isLast = page === pages - 1
      const next = isLast ? (isCircle ? 12 : 0) : 12 + (page + 1) * pageBytes
      directory.writeUInt32LE(next, pageBytes - 4)
      return directory
    })
    const header = Buffer.from([0x49, 0x49, 42, 0, 12, 0, 0, 0, 0x80, 0, 0, 0])
    return Buffer.concat([header, ...directories])
  }

  it('is too costly beyond 5,000, also where they lead in a circle', async () => {
    await expect(inspect(makePages(6000))).rejects.toMatchObject(tooCostly)
    await expect(inspect(makePages(3, true))).rejects.toMatchObject(tooCostly)
    expect(await inspect(makePages(300))).toMatchObject({ format: 'tiff' })
  })

  it('is too costly in the larger kind as well', async () => {
    const big = Buffer.alloc(40)
    big.write('II+\0', 'latin1')
    big.writeUInt16LE(8, 4)
    // Its one directory is empty, and is followed by itself.
    big.writeBigUInt64LE(16n, 8)
    big.writeBigUInt64LE(16n, 24)
    await expect(inspect(big)).rejects.toMatchObject(tooCostly)
  })
})

describe('a GIF of many frames', () => {
  it('is too costly beyond 5,000', async () => {
    const header = Buffer.from('GIF89a\u0001\0\u0001\0\u0080\0\0', 'latin1')
    const colours = Buffer.from([0, 0, 0, 255, 255, 255])
    const frame = Buffer.from([0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0])
    const make = (frames: number) =>
      Buffer.concat([header, colours, ...Array<Buffer>(frames).fill(frame), Buffer.from([0x3b])])
    await expect(inspect(make(6000))).rejects.toMatchObject(tooCostly)
    expect(await inspect(make(300))).toMatchObject({ format: 'gif' })
  })
})

describe('an AVIF that can be read in two ways', () => {
  const box = (name: string, content: Buffer) => {
    const head = Buffer.alloc(8)
    head.writeUInt32BE(8 + content.length, 0)
    head.write(name, 4, 'latin1')
    return Buffer.concat([head, content])
  }

  it('is refused: two boxes that say what is in it', async () => {
    const clapped = await makeClappedAvif(64)
    const at = clapped.readUInt32BE(0)
    const decoy = box('meta', Buffer.alloc(40))
    const twice = Buffer.concat([clapped.subarray(0, at), decoy, clapped.subarray(at)])
    await expect(inspect(twice)).rejects.toMatchObject({ code: expect.stringMatching(/^IMAGE_/) })
    await expect(inspect(Buffer.concat([clapped, decoy]))).rejects.toMatchObject({
      code: 'IMAGE_UNSUPPORTED',
    })
  })

  it('is any other one where boxes without meaning stand behind it', async () => {
    const clapped = await makeClappedAvif(64)
    const free = Buffer.concat(Array.from({ length: 120 }, () => box('free', Buffer.alloc(3))))
    expect(await inspect(Buffer.concat([clapped, free]))).toMatchObject({ format: 'avif' })
  })
})
