import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import sharp, { type Sharp } from 'sharp'
import { inspectFile, inspectKnown } from '../../../src/formats/inspect.ts'
import { readJpegFrame } from '../../../src/formats/jpeg/read-frame.ts'

const maxPixels = 1e6
let path: string
let folder: Awaited<ReturnType<typeof createTemporaryFolder>>
beforeAll(async () => {
  folder = await createTemporaryFolder()
  path = join(folder.path, 'image')
})
afterAll(async () => folder[Symbol.asyncDispose]())

const draw = (channels: 3 | 4 = 3): Sharp =>
  sharp({ create: { width: 61, height: 40, channels, background: '#a63' } })

const plain = {
  'of eight bits': draw().jpeg(),
  grey: draw().toColourspace('b-w').jpeg(),
  progressive: draw().jpeg({ progressive: true }),
  'in full colours': draw().jpeg({ chromaSubsampling: '4:4:4' }),
  'with a colour profile': draw().withIccProfile('p3').jpeg(),
  'with XMP': draw().withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"/>').jpeg(),
}

describe('the header of a plain JPEG', () => {
  it.each(Object.entries(plain))('%s tells what a decoder would', async (_name, image) => {
    await writeFile(path, await image.toBuffer())
    expect(readJpegFrame(path)).toBeDefined()
    expect(await inspectKnown(path, maxPixels)).toEqual(await inspectFile(path, maxPixels))
  })

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('tells orientation %i', async (orientation) => {
    const exif = { IFD0: { Make: 'camera', Copyright: 'somebody' } }
    await writeFile(
      path,
      await draw().withExif(exif).withMetadata({ orientation }).jpeg().toBuffer(),
    )
    expect(readJpegFrame(path)?.orientation).toBe(orientation)
    expect(await inspectKnown(path, maxPixels)).toEqual(await inspectFile(path, maxPixels))
  })

  it('says nothing of a file that is built to be read in another way than a decoder reads it', async () => {
    const real = await draw().jpeg().toBuffer()
    for (const lone of [0xd0, 0xd9, 0xff]) {
      await writeFile(path, hideFrame(real, lone))
      expect([lone, readJpegFrame(path)]).toEqual([lone, undefined])
    }
  })

  it('says nothing of what is for a decoder to judge', async () => {
    const others = {
      cmyk: await draw().toColourspace('cmyk').jpeg().toBuffer(),
      png: await draw(4).png().toBuffer(),
      cut: (await draw().jpeg().toBuffer()).subarray(0, 100),
      twoExifs: await repeatExif(),
      empty: Buffer.alloc(0),
    }
    for (const bytes of Object.values(others)) {
      await writeFile(path, bytes)
      expect(readJpegFrame(path)).toBeUndefined()
    }
  })

  it('is never read otherwise than a decoder reads it, whatever bytes it has', async () => {
    const bytes = await draw().withMetadata({ orientation: 6 }).jpeg().toBuffer()
    const change = fc.record({ at: fc.nat(bytes.length - 1), to: fc.nat(255) })
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
        const changed = Buffer.from(bytes)
        for (const { at, to } of changes) changed[at] = to
        await writeFile(path, changed)
        if (readJpegFrame(path) === undefined) return
        const decoded = await inspectFile(path, maxPixels).catch(() => undefined)
        if (decoded !== undefined) expect(await inspectKnown(path, maxPixels)).toEqual(decoded)
      }),
      { numRuns: 300 },
    )
  })
})

async function repeatExif(): Promise<Buffer> {
  const image = await draw().withMetadata({ orientation: 6 }).jpeg().toBuffer()
  const start = image.indexOf('Exif\0\0') - 4
  const segment = image.subarray(start, start + 2 + image.readUInt16BE(start + 2))
  return Buffer.concat([image.subarray(0, start), segment, image.subarray(start)])
}

/**
 * Puts a marker that has no length before the segments. Whoever takes the next two bytes for its length leaves the path of a
 * decoder, and comes upon the header of an image of 16 x 16 px in a comment.
 */
function hideFrame(jpeg: Buffer, lone: number): Buffer {
  const frame = [0xff, 0xc0, 0, 11, 8, 0, 16, 0, 16, 1, 1, 0x11, 0]
  const scan = [0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0]
  // 65,533 bytes, of which the last three begin another segment of 255 bytes, which ends in the next comment.
  const first = comment(Buffer.concat([Buffer.alloc(65_530), Buffer.from([0xff, 0xe5, 0])]))
  const second = comment(Buffer.concat([Buffer.alloc(250), Buffer.from([...frame, ...scan])]))
  return Buffer.concat([
    jpeg.subarray(0, 2),
    Buffer.from([0xff, lone]),
    first,
    second,
    jpeg.subarray(2),
  ])
}

function comment(content: Buffer): Buffer {
  const head = Buffer.from([0xff, 0xfe, 0, 0])
  head.writeUInt16BE(content.length + 2, 2)
  return Buffer.concat([head, content])
}
