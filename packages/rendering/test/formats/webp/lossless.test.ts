import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { describe, expect, it } from '@jest/globals'
import sharp, { type Sharp } from 'sharp'
import { isLosslessWebp } from '../../../src/formats/webp/is-lossless.ts'
import { openPool } from '../../open-pool.ts'

const side = 64

/** Fine diagonals of two colours, which a lossy encoder cannot keep. */
function drawDiagonals(): Sharp {
  const pixels = Buffer.alloc(side * side * 3, 255)
  for (let index = 0; index < side * side; index += 1) {
    const [x, y] = [index % side, Math.floor(index / side)]
    if ((x + y) % 3 === 0) pixels.set([200, 0, 40], index * 3)
  }
  return sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
}

const pixelsOf = (file: string | Buffer) => sharp(file).removeAlpha().raw().toBuffer()

describe('a WebP', () => {
  it('tells whether it keeps its pixels, with a profile, as well', async () => {
    await using folder = await createTemporaryFolder()
    const path = join(folder.path, 'image')
    const judge = async (file: Buffer) => {
      await writeFile(path, file)
      return isLosslessWebp(path)
    }
    const made = async (lossless: boolean, hasProfile: boolean) => {
      const image = hasProfile ? drawDiagonals().withIccProfile('p3') : drawDiagonals()
      return judge(await image.webp({ lossless }).toBuffer())
    }
    expect(await made(true, false)).toBe(true)
    expect(await made(true, true)).toBe(true)
    expect(await made(false, false)).toBe(false)
    expect(await made(false, true)).toBe(false)
    expect(await judge(Buffer.alloc(5))).toBe(false)
  })

  it('keeps them when it is cut at its upload, where it is lossless', async () => {
    await using folder = await createTemporaryFolder()
    await using pool = openPool()
    const path = join(folder.path, 'upload')
    const outputPath = join(folder.path, 'kept')
    await writeFile(path, await drawDiagonals().webp({ lossless: true }).toBuffer())
    const crop = { left: 0, top: 0, width: side, height: side }
    await pool.ingest({ path, outputPath, crop, stripMetadata: false })
    expect((await pixelsOf(outputPath)).equals(await pixelsOf(path))).toBe(true)
  })
})
