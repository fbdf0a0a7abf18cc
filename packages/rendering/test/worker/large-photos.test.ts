import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import sharp from 'sharp'
import { openPool } from '../open-pool.ts'

/** As a phone makes them. */
const size = { width: 12_000, height: 9000 }
/** The memory budget of a container of 1 GiB with two cores. */
const memoryBudgetBytes = 640 * 2 ** 20

let folder: Awaited<ReturnType<typeof createTemporaryFolder>>
let path: string
beforeAll(async () => {
  folder = await createTemporaryFolder()
  path = join(folder.path, 'photo')
})
afterAll(async () => folder[Symbol.asyncDispose]())

const jobOf = () => ({ path, outputPath: `${path}.out`, crop: undefined, stripMetadata: false })

describe('T30 a photo of 108 megapixels', () => {
  it('is taken where max_input is 120, scaled down to max_on_disk, and shown, within little memory', async () => {
    const create = { ...size, channels: 3, background: '#579' } as const
    await sharp({ create }).jpeg().toFile(path)
    await using pool = openPool({ maxInputPixels: 120e6, memoryBudgetBytes, concurrency: 1 })
    const taken = await pool.ingest(jobOf())
    expect(taken).toEqual({
      format: 'jpg',
      size: { width: 6324, height: 4743 },
      reencoded: true,
    })
    expect(await sharp(`${path}.out`).metadata()).toMatchObject(taken.size)
  })

  it('is 413 where it must be decoded as a whole and that takes more memory than there is', async () => {
    const progressive = await makePhoto({
      width: 64,
      height: 64,
      format: 'jpeg',
      progressive: true,
    })
    const frame = progressive.indexOf('ffc2', 0, 'hex')
    progressive.writeUInt16BE(size.height, frame + 5)
    progressive.writeUInt16BE(size.width, frame + 7)
    await writeFile(path, progressive)
    await using pool = openPool({ maxInputPixels: 120e6, memoryBudgetBytes, concurrency: 1 })
    await expect(pool.ingest(jobOf())).rejects.toMatchObject({
      code: 'IMAGE_TOO_LARGE',
      message: expect.stringContaining('memory'),
    })
  })

  it('is 413 by default, which names its megapixels, the limit and the setting', async () => {
    await using pool = openPool({ concurrency: 1 })
    await expect(pool.ingest(jobOf())).rejects.toMatchObject({
      code: 'IMAGE_TOO_LARGE',
      message:
        'The image has 12000 x 9000 pixels (108 megapixels); at most 30 megapixels are allowed (`constraints.max_input`).',
    })
  })
})
