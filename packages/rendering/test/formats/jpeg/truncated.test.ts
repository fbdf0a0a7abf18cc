import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { meanDifference, readPixel, readPixels } from '@iaas/testing/images/compare'
import { type PhotoOptions, makePhoto } from '@iaas/testing/images/make-photo'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import sharp from 'sharp'
import { renderImage, ingestImage } from '../../render-image.ts'

const size = { width: 320, height: 400 }

let folder: Awaited<ReturnType<typeof createTemporaryFolder>>
let path: string
beforeAll(async () => {
  folder = await createTemporaryFolder()
  path = join(folder.path, 'image')
})
afterAll(async () => folder[Symbol.asyncDispose]())

/** Writes a JPEG without so many of its last bytes, or a share of all. Returns all of it. */
async function write(missing: number, options: Partial<PhotoOptions> = {}): Promise<Buffer> {
  const whole = await makePhoto({ ...size, format: 'jpeg', ...options })
  const bytes = missing < 1 ? Math.floor(whole.length * missing) : missing
  await writeFile(path, whole.subarray(0, whole.length - bytes))
  return whole
}

const kinds = [
  ['colours at half the resolution', { chromaSubsampling: '4:2:0' }],
  ['colours at full resolution', { chromaSubsampling: '4:4:4' }],
  ['grey', { grey: true }],
  ['progressive', { progressive: true }],
] as const

describe('T33 a JPEG that lacks its end', () => {
  it.each(kinds)('is taken and told of: %s', async (_name, options) => {
    for (const missing of [2, 20]) {
      const whole = await write(missing, options)
      expect(await ingestImage(path)).toMatchObject({
        reencoded: false,
        size,
        warnings: ['truncated'],
      })
      const variant = await renderImage(path, { ...size, format: 'jpg', quality: 95 })
      expect(await meanDifference(variant, whole)).toBeLessThan(5)
    }
  })

  it.each(kinds)(
    'is refused where more than a twentieth of its rows is missing: %s',
    async (_name, options) => {
      for (const missing of [0.15, 0.5, 0.9]) {
        await write(missing, options)
        await expect(ingestImage(path)).rejects.toThrow('premature end')
      }
    },
  )

  it('is refused where it is cut in its header, or one of its scans is missing', async () => {
    const whole = await write(2, { progressive: true })
    for (const end of [300, whole.indexOf(Buffer.from('ffda', 'hex'), 700)]) {
      await writeFile(path, whole.subarray(0, end))
      await expect(ingestImage(path)).rejects.toThrow(/premature|end of|corrupt|unsupported/i)
    }
    const scans: number[] = []
    for (
      let at = whole.indexOf('ffda', 0, 'hex');
      at !== -1;
      at = whole.indexOf('ffda', at + 2, 'hex')
    ) {
      scans.push(at)
    }
    await writeFile(path, whole.subarray(0, scans.at(-1)))
    await expect(ingestImage(path)).rejects.toThrow('premature end')
  })

  it('is white where rows are missing, in every size and turn, as browsers show nothing there', async () => {
    await write(0.03, { orientation: 3 })
    await ingestImage(path)
    for (const share of [1, 0.5, 0.1]) {
      const box = { width: size.width * share, height: size.height * share }
      const png = await renderImage(path, { ...box, format: 'png' })
      expect(await readPixel(png, 1, 0)).toEqual([255, 255, 255])
      const { data } = await readPixels(png)
      expect(data.includes(0) || data.some((level) => level < 100)).toBe(true)
    }
  })

  it('is kept upright and white below where its upload is cut', async () => {
    await write(0.03)
    const crop = { left: 0, top: 100, width: 320, height: 300 }
    const { bytes, warnings } = await ingestImage(path, crop)
    expect(warnings).toEqual(['truncated'])
    expect(await sharp(bytes).metadata()).toMatchObject({ width: 320, height: 300 })
    const [red, green, blue] = await readPixel(bytes, 300, -1)
    expect(Math.min(red, green, blue)).toBeGreaterThan(245)
  })
})
