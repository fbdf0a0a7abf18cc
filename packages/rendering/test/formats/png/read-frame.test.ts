import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeChrm, makeCicp, makeGama, makePng, makePngChunk } from '@iaas/testing/images/make-png'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import fc from 'fast-check'
import sharp, { type Sharp } from 'sharp'
import { inspectFile, inspectKnown } from '../../../src/formats/inspect.ts'
import { countImageBytes } from '../../../src/formats/png/count-image-bytes.ts'
import { readPngFrame } from '../../../src/formats/png/read-frame.ts'

const maxPixels = 1e6
let path: string
let folder: Awaited<ReturnType<typeof createTemporaryFolder>>
beforeAll(async () => {
  // A decoder that remembers files by their paths would tell of another picture.
  sharp.cache(false)
  folder = await createTemporaryFolder()
  path = join(folder.path, 'picture')
})
afterAll(async () => folder[Symbol.asyncDispose]())

const draw = (channels: 3 | 4 = 3): Sharp =>
  sharp({
    create: { width: 61, height: 40, channels, background: { r: 160, g: 60, b: 30, alpha: 0.5 } },
  })

/** Returns the facts that a decoder tells, and the bytes of the pixels. The header of a plain PNG tells both. */
async function inspectAsDecoder(path: string) {
  return { ...(await inspectFile(path, maxPixels)), imageBytes: countImageBytes(path) }
}

const plain = {
  'with colours': draw().png(),
  'with transparency': draw(4).png(),
  grey: draw().toColourspace('b-w').png(),
  interlaced: draw(4).png({ progressive: true }),
  'with a colour profile': draw().withIccProfile('p3').png(),
}

describe('the header of a plain PNG', () => {
  it.each(Object.entries(plain))('%s tells what a decoder would', async (_name, picture) => {
    await writeFile(path, await picture.toBuffer())
    expect(readPngFrame(path)).toBeDefined()
    expect(await inspectKnown(path, maxPixels)).toEqual(await inspectAsDecoder(path))
  })

  it('of grey with transparency tells what a decoder would', async () => {
    await writeFile(path, makePng({ colours: 'grey+alpha', patches: [[90, 128]] }))
    expect(readPngFrame(path)?.channels).toBe(2)
    expect(await inspectKnown(path, maxPixels)).toEqual(await inspectAsDecoder(path))
  })

  it('says nothing of what is for a decoder to judge', async () => {
    const withChunk = (...chunks: readonly Buffer[]) =>
      makePng({ colours: 'rgb', patches: [[90, 60, 30]], chunks })
    const others = {
      palette: await draw(4).png({ palette: true }).toBuffer(),
      deep: makePng({ colours: 'rgb', bits: 16, patches: [[90, 60, 30]] }),
      turned: await draw().withMetadata({ orientation: 6 }).png().toBuffer(),
      transparentColour: withChunk(makePngChunk('tRNS', Buffer.from([0, 90, 0, 60, 0, 30]))),
      gamma: withChunk(makeGama(1)),
      primaries: withChunk(makeChrm([0.3, 0.3, 0.6, 0.3, 0.3, 0.6, 0.1, 0.1])),
      wideColours: withChunk(makeCicp(9, 16)),
      text: withChunk(makePngChunk('tEXt', Buffer.from('Software\0camera'))),
      twoHeaders: withChunk(makePngChunk('IHDR', Buffer.alloc(13))),
      jpeg: await draw().jpeg().toBuffer(),
      cut: (await draw().png().toBuffer()).subarray(0, 20),
      empty: Buffer.alloc(0),
    }
    for (const [name, bytes] of Object.entries(others)) {
      await writeFile(path, bytes)
      expect([name, readPngFrame(path)]).toEqual([name, undefined])
    }
  })

  it('says nothing of a file whose texts come behind its pixels', async () => {
    const whole = makePng({ colours: 'rgb', patches: [[90, 60, 30]] })
    const end = whole.subarray(-12)
    const text = makePngChunk('zTXt', Buffer.from('Comment\0\0'))
    await writeFile(path, Buffer.concat([whole.subarray(0, -12), text, end]))
    expect(readPngFrame(path)).toBeUndefined()
  })

  it('takes few buffers for any number of chunks', async () => {
    const whole = makePng({ colours: 'rgb', patches: [[90, 60, 30]] })
    const more = Array.from({ length: 1000 }, () => makePngChunk('IDAT', Buffer.alloc(100)))
    await writeFile(path, Buffer.concat([whole.subarray(0, -12), ...more, whole.subarray(-12)]))
    const allocate = jest.spyOn(Buffer, 'allocUnsafe')
    expect(readPngFrame(path)?.imageBytes).toBeGreaterThan(100_000)
    expect(allocate.mock.calls.length).toBeLessThan(10)
    allocate.mockRestore()
  })

  it('is refused with more pixels than are allowed', async () => {
    await writeFile(path, await draw().png().toBuffer())
    await expect(inspectKnown(path, 1000)).rejects.toMatchObject({ code: 'IMAGE_TOO_LARGE' })
  })

  it('is never read otherwise than a decoder reads it, whatever bytes it has', async () => {
    const bytes = await draw(4).png().toBuffer()
    const change = fc.record({ at: fc.nat(bytes.length - 1), to: fc.nat(255) })
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
        const changed = Buffer.from(bytes)
        for (const { at, to } of changes) changed[at] = to
        await writeFile(path, changed)
        if (readPngFrame(path) === undefined) return
        const decoded = await inspectAsDecoder(path).catch(() => undefined)
        if (decoded !== undefined) expect(await inspectKnown(path, maxPixels)).toEqual(decoded)
      }),
    )
  })
})
