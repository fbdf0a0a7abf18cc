import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { perform } from '@iaas/rendering/worker/perform'
import { configureSharp } from '@iaas/rendering/formats/sharp'
import { translateError } from '@iaas/rendering/worker/translate-errors'
import { readBytes, withFile } from '@iaas/rendering/formats/files'
import { measureDirectories } from '@iaas/rendering/formats/tiff/measure-directories'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { makeTiff } from '@iaas/testing/images/make-tiff'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import sharp from 'sharp'
import { workerSettings } from '../worker-settings.ts'

/** Numbers that fit into no file: near the limits of positions in Node, of signed and of unsigned integers. */
const positions = [2n ** 53n - 1n, 2n ** 53n - 9n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n]
const lengths = [0x7f_ff_ff_ff, 0xff_ff_ff_ff, 0xff_ff_ff_f0]
/** Where headers, directories and the first boxes lie, bytes. */
const patchedBytes = 160

const allowed = new Set([
  'done',
  'IMAGE_DAMAGED',
  'IMAGE_UNSUPPORTED',
  'IMAGE_TOO_LARGE',
  'IMAGE_TOO_COSTLY',
])

let folder: Awaited<ReturnType<typeof createTemporaryFolder>>
let path: string
beforeAll(async () => {
  configureSharp([])
  folder = await createTemporaryFolder()
  path = join(folder.path, 'image')
})
afterAll(async () => {
  // Test files that run in this process later share libvips, and may read formats that the product refuses.
  sharp.unblock({ operation: ['VipsForeignLoad'] })
  await folder[Symbol.asyncDispose]()
})

/** Uploads a file. Resolves to the code of its failure, or "done". */
async function ingest(file: Buffer): Promise<string> {
  await writeFile(path, file)
  const outputPath = `${path}.out`
  const task = { kind: 'take-in', path, outputPath, crop: undefined, stripMetadata: true } as const
  return perform(task, workerSettings, async () => {}).then(
    () => 'done',
    (error: unknown) => translateError(error).code,
  )
}

/** BigTIFF of one directory: https://libtiff.gitlab.io/libtiff/specification/bigtiff.html. */
function makeBigTiff(firstAt: bigint, entries = 0n): Buffer {
  const file = Buffer.alloc(64)
  file.write('II+\0', 'latin1')
  file.writeUInt16LE(8, 4)
  file.writeBigUInt64LE(firstAt, 8)
  file.writeBigUInt64LE(entries, 16)
  return file
}

describe('T27 a file whose positions lie outside of it', () => {
  it.each(positions)('is damaged where it is a BigTIFF whose directory is at %i', async (at) => {
    expect(await ingest(makeBigTiff(at))).toMatch(/^IMAGE_/)
  })

  it.each(positions)('holds nothing there: a directory at %i', async (at) => {
    await writeFile(path, makeBigTiff(at))
    expect(measureDirectories(path, 0, () => false)).toMatchObject({ directories: 0, readBytes: 0 })
  })

  it.each([
    [0, 2 ** 40],
    [3, 2 ** 53 - 1],
  ])('is read from %i to its end, however many bytes are asked for: %i', async (at, length) => {
    await writeFile(path, 'abcdef')
    const bytes = withFile(path, (file) => readBytes(file, at, length))
    expect(bytes.toString()).toBe('abcdef'.slice(at))
    expect(bytes.buffer.byteLength).toBeLessThan(100_000)
  })

  it.each(positions)('is damaged where it is a BigTIFF of %i entries', async (entries) => {
    expect(await ingest(makeBigTiff(16n, entries))).toMatch(/^IMAGE_/)
  })

  it.each([2n ** 53n - 29n, 2n ** 53n - 49n])(
    'is damaged where only what follows its directory of %i leaves the numbers',
    async (at) => {
      expect(await ingest(makeBigTiff(at / 20n, at / 20n))).toMatch(/^IMAGE_/)
      expect(await ingest(makeBigTiff(16n, at / 20n))).toMatch(/^IMAGE_/)
    },
  )

  it.each(['jpeg', 'png', 'webp', 'gif', 'avif', 'tiff'] as const)(
    'is never taken for a disk that fails: %s, with each number of its header',
    async (format) => {
      const photo = await (format === 'tiff'
        ? makeTiff({ side: 8, channels: 3, bits: 8, pixels: Buffer.alloc(192, 99) })
        : makePhoto({ width: 16, height: 16, format }))
      const codes = new Set<string>()
      for (let at = 0; at + 8 <= Math.min(photo.length, patchedBytes); at += 3) {
        const patched = Buffer.from(photo)
        if (at % 6 === 0) patched.writeUInt32BE(lengths[(at / 3) % lengths.length] ?? 0, at)
        else patched.writeUInt32LE(lengths[(at / 3) % lengths.length] ?? 0, at)
        codes.add(await ingest(patched))
        patched.writeBigUInt64BE(positions[(at / 3) % positions.length] ?? 0n, at)
        codes.add(await ingest(patched))
      }
      expect([...codes].filter((code) => !allowed.has(code))).toEqual([])
    },
  )
})
