import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeTiff } from '@iaas/testing/images/make-tiff'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import sharp from 'sharp'
import { readers } from '../../src/formats/readers.ts'
import { inspectFile } from '../../src/formats/inspect.ts'
import { countFrames } from '../../src/formats/gif/count-frames.ts'
import { countScans } from '../../src/formats/jpeg/count-segments.ts'

const maxPixels = 1e6
const tooCostly = { code: 'IMAGE_TOO_COSTLY' }
const noHead = new Uint8Array()

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

/** Repeats bytes. */
const repeat = (bytes: Buffer, times: number) => Buffer.alloc(bytes.length * times, bytes)

describe('T28 what decoders keep in memory as soon as they open a file', () => {
  const gif = Buffer.from('GIF89a\u0001\0\u0001\0\u0080\0\0\0\0\0\u00ff\u00ff\u00ff', 'latin1')
  const frame = Buffer.from([0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0])

  it.each([
    [
      'millions of frames',
      Buffer.concat([gif, repeat(Buffer.from([0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 0]), 1e6)]),
    ],
    ['extensions', Buffer.concat([gif, repeat(Buffer.from([0x21, 0xfe, 0]), 1e6), frame])],
    [
      'blocks',
      Buffer.concat([gif, Buffer.from([0x21, 0xfe]), repeat(Buffer.from([1, 1]), 2e6), frame]),
    ],
  ])('is counted before a decoder sees a GIF: %s', async (_name, file) => {
    const path = await put(file)
    expect(() => readers.gif.check(path, noHead, 0)).toThrow(expect.objectContaining(tooCostly))
  })

  it('is as usual of a GIF with global and local colours, extensions and large blocks', async () => {
    const colours = Buffer.from([
      0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0x80, 1, 2, 3, 4, 5, 6, 2, 2, 0x44, 1, 0,
    ])
    const comment = Buffer.concat([
      Buffer.from([0x21, 0xfe, 255]),
      Buffer.alloc(255, 0x2c),
      Buffer.from([0]),
    ])
    const path = await put(
      Buffer.concat([gif, comment, frame, comment, colours, frame, Buffer.from([0x3b]), frame]),
    )
    expect(countFrames(path, 5000)).toBe(3)
    expect(countFrames(path, 1)).toBe(2)
  })

  it.each([
    ['before the image', 2],
    ['between its scans', undefined],
  ])('is counted of a JPEG: segments %s', async (_name, place) => {
    const jpeg = await pixel.jpeg({ progressive: true }).toBuffer()
    const at = place ?? jpeg.lastIndexOf(Buffer.from([0xff, 0xda]))
    const segments = repeat(Buffer.from([0xff, 0xe1, 0, 2]), 100_000)
    const path = await put(Buffer.concat([jpeg.subarray(0, at), segments, jpeg.subarray(at)]))
    const check = () => {
      readers.jpg.check(path, noHead, 0)
      countScans(path, 100)
    }
    expect(check).toThrow(expect.objectContaining(tooCostly))
    readers.jpg.check(await put(jpeg), noHead, 0)
  })

  it('is counted of an AVIF: boxes without meaning', async () => {
    const avif = await pixel.avif().toBuffer()
    const boxes = repeat(Buffer.from([0, 0, 0, 8, 0x66, 0x72, 0x65, 0x65]), 100_000)
    await expect(inspect(Buffer.concat([avif, boxes]))).rejects.toMatchObject(tooCostly)
  })

  it('is summed up of a TIFF: values that many of its tags share', async () => {
    const pixels = Buffer.alloc(4_000_000, 99)
    const tiff = makeTiff({ side: 1, channels: 1, bits: 8, pixels })
    const tags = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [40_000 + index, 8]))
    const shared = makeTiff({ side: 1, channels: 1, bits: 8, pixels, tags })
    // Each of them is a list of four million bytes, from the eighth on.
    for (let tag = 40_000; tag < 40_050; tag += 1) {
      const entry = shared.indexOf(Buffer.from([tag % 256, tag >> 8, 4, 0]))
      shared.writeUInt16LE(1, entry + 2)
      shared.writeUInt32LE(4_000_000, entry + 4)
    }
    const path = await put(shared)
    expect(() => readers.tiff.check(path, noHead, 0)).toThrow(expect.objectContaining(tooCostly))
    readers.tiff.check(await put(tiff), noHead, 0)
  })
})

describe('T29 a TIFF whose strips tell of more than the file has', () => {
  /** Rows of one strip each, all of which are the same bytes. */
  function makeStrips(rows: number, stripBytes: number, isBig: boolean): Buffer {
    const [entryBytes, size] = isBig ? [20, 8] : [12, 4]
    const lists = [273, 279]
    const tags: readonly (readonly [number, number])[] = [
      ...([
        [256, 8],
        [257, rows],
        [258, 8],
        [259, 1],
        [262, 1],
      ] as const),
      ...([
        [273, 0],
        [277, 1],
        [278, 1],
        [279, 0],
      ] as const),
    ]
    const start = isBig ? 16 : 8
    const countBytes = isBig ? 8 : 2
    const listsAt = start + countBytes + tags.length * entryBytes + size
    const pixelsAt = listsAt + 2 * 4 * rows
    const file = Buffer.alloc(pixelsAt + stripBytes)
    const put64 = (value: number, at: number) =>
      isBig ? file.writeBigUInt64LE(BigInt(value), at) : file.writeUInt32LE(value, at)
    file.write(isBig ? 'II+\0' : 'II*\0', 'latin1')
    if (isBig) file.writeUInt16LE(8, 4)
    put64(start, isBig ? 8 : 4)
    file.writeUInt16LE(tags.length, start)
    for (const [index, [tag, value]] of tags.entries()) {
      const at = start + countBytes + index * entryBytes
      const list = lists.indexOf(tag)
      file.writeUInt16LE(tag, at)
      file.writeUInt16LE(4, at + 2)
      put64(list === -1 ? 1 : rows, at + 4)
      put64(list === -1 ? value : listsAt + list * 4 * rows, at + 4 + size)
    }
    for (let row = 0; row < rows; row += 1) {
      file.writeUInt32LE(pixelsAt, listsAt + 4 * row)
      file.writeUInt32LE(stripBytes, listsAt + 4 * (rows + row))
    }
    return file
  }

  it.each([false, true])('is too costly (BigTIFF: %p)', async (isBig) => {
    const path = await put(makeStrips(60_000, 1_000_000, isBig))
    expect(() => readers.tiff.check(path, noHead, 0)).toThrow(expect.objectContaining(tooCostly))
    readers.tiff.check(await put(makeStrips(500, 8, isBig)), noHead, 0)
  })
})
