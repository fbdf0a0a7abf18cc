import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeNclx } from '@iaas/testing/images/avif-boxes'
import { readPixel } from '@iaas/testing/images/compare'
import { heicFiles } from '@iaas/testing/images/heic-files'
import {
  aperture,
  makeHeic,
  mirror,
  profile,
  rotation,
  tileColours,
} from '@iaas/testing/images/make-heic'
import { adobeRgb, makeProfile } from '@iaas/testing/images/with-profile'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import sharp from 'sharp'
import { stripHeic } from '../../../src/formats/heic/strip.ts'
import { copyImage, ingestImage, renderImage } from '../../render-image.ts'

let folder: Awaited<ReturnType<typeof createTemporaryFolder>>
let path: string
beforeAll(async () => {
  folder = await createTemporaryFolder()
  path = join(folder.path, 'image')
})
afterAll(async () => folder[Symbol.asyncDispose]())

type Colour = readonly [number, number, number]
const [red, green, blue, white] = tileColours

/** Expects the colours of the quarters of an image, row by row. */
async function expectQuarters(image: Uint8Array, expected: readonly Colour[]) {
  const { width, height } = await sharp(image).metadata()
  for (const [index, colour] of expected.entries()) {
    const left = Math.floor(((index % 2 === 0 ? 1 : 3) * width) / 4)
    const top = Math.floor(((index < 2 ? 1 : 3) * height) / 4)
    const pixel = await readPixel(image, left, top)
    const distance = colour.reduce((sum, value, at) => sum + Math.abs(value - (pixel[at] ?? 0)), 0)
    expect(distance).toBeLessThan(16)
  }
}

/** Expects a variant and the working copy to show these quarters. */
async function expectShown(file: Buffer, expected: readonly Colour[]) {
  await writeFile(path, file)
  const variant = await renderImage(path, { width: 64, height: 64, format: 'png' })
  for (const image of [variant, await copyImage(path)]) await expectQuarters(image, expected)
}

describe('a HEIC', () => {
  it('is kept as it came, and shown in its variants and its working copy', async () => {
    const file = makeHeic()
    await writeFile(path, file)
    const ingested = await ingestImage(path)
    expect(ingested).toMatchObject({ reencoded: false, format: 'heic' })
    expect(ingested.size).toEqual({ width: 512, height: 512 })
    expect(ingested.bytes).toEqual(file)
    await expectShown(file, tileColours)
  })

  it.each([
    ['not at all', [], [red, green, blue, white]],
    ['against the clock', [rotation(1)], [green, white, red, blue]],
    ['upside down', [rotation(2)], [white, blue, green, red]],
    ['with the clock', [rotation(3)], [blue, red, white, green]],
    ['mirrored from top to bottom', [mirror(0)], [blue, white, red, green]],
    ['mirrored from left to right', [mirror(1)], [green, red, white, blue]],
    ['turned, then mirrored', [rotation(1), mirror(1)], [white, green, blue, red]],
    ['mirrored, then turned', [mirror(1), rotation(1)], [red, blue, green, white]],
  ])('is turned once: %s', async (_name, properties, expected) => {
    await expectShown(makeHeic({ properties }), expected)
  })

  it.each(['odd', 'full', 'deep', 'alpha'] as const)(
    'of a size that no block divides is shown: %s',
    async (name) => {
      await writeFile(path, heicFiles[name])
      expect((await ingestImage(path)).size).toEqual({ width: 100, height: 70 })
      const copy = await copyImage(path)
      const { hasAlpha } = await sharp(copy).metadata()
      expect(hasAlpha).toBe(name === 'alpha')
      await expectQuarters(await sharp(copy).removeAlpha().png().toBuffer(), tileColours)
    },
  )

  it('of one channel is shown in grey', async () => {
    await writeFile(path, heicFiles.grey)
    const [r, g, b] = await readPixel(await copyImage(path), 50, 35)
    expect(Math.max(Math.abs(r - 120), Math.abs(g - 120), Math.abs(b - 120))).toBeLessThan(4)
  })

  it('is cropped before it is turned', async () => {
    await writeFile(path, makeHeic({ properties: [aperture(512, 256), rotation(1)] }))
    expect((await ingestImage(path)).size).toEqual({ width: 256, height: 512 })
    await expectQuarters(await copyImage(path), [green, white, red, blue])
  })

  it('of a camera is a grid of tiles', async () => {
    const grid = { columns: 3, rows: 2, width: 1400, height: 900 }
    await writeFile(path, makeHeic({ grid, properties: [rotation(3)] }))
    expect((await ingestImage(path)).size).toEqual({ width: 900, height: 1400 })
    const copy = await copyImage(path)
    expect(await sharp(copy).metadata()).toMatchObject({ width: 900, height: 1400, format: 'jpeg' })
    // The third tile of the first row, of which 376 columns are left.
    const [r, g, b] = await readPixel(copy, 890, 1100)
    expect([r > 180, g < 80, b < 80]).toEqual([true, true, true])
  })

  it('has the colours of its profile, which is usually that of Display P3', async () => {
    const image = sharp({ create: { width: 1, height: 1, channels: 3, background: '#000' } })
    const p3 = await image.withIccProfile('p3').png().toBuffer()
    const { icc = Buffer.alloc(0) } = await sharp(p3).metadata()
    await writeFile(path, makeHeic({ properties: [profile(icc)] }))
    const [r, g, b] = await readPixel(await renderImage(path, { format: 'png' }), 8, 8)
    // 220, 40, 40 of Display P3 is a stronger red in sRGB.
    expect([r > 235, g < 20, b < 40]).toEqual([true, true, true])
  })

  it('keeps wide colours: the numbers of its profile, or Display P3 for its codes', async () => {
    const profiles = [[profile(makeProfile(adobeRgb))], [makeNclx(12, 13)]]
    for (const properties of profiles) {
      await writeFile(path, makeHeic({ properties }))
      const box = { width: 64, height: 64, format: 'png' } as const
      const kept = await renderImage(path, { ...box, profile: 'keep' })
      expect((await sharp(kept).metadata()).hasProfile).toBe(true)
      const numbers = await sharp(kept, { ignoreIcc: true }).png().toBuffer()
      await expectQuarters(numbers, tileColours)
    }
  })

  it('has the colours of its codes if it has no profile', async () => {
    await writeFile(path, makeHeic({ properties: [makeNclx(12, 13)] }))
    const [r] = await readPixel(await renderImage(path, { format: 'png' }), 8, 8)
    expect(r).toBeGreaterThan(235)
  })

  it('that is cropped at the upload becomes a JPEG', async () => {
    await writeFile(path, makeHeic())
    const crop = { left: 256, top: 0, width: 100, height: 100 }
    const { bytes, ...ingested } = await ingestImage(path, crop)
    expect(ingested).toMatchObject({ reencoded: true, format: 'jpg' })
    expect(await sharp(bytes).metadata()).toMatchObject({ format: 'jpeg', width: 100 })
  })

  it('that says where it was taken is warned of, and loses that with its metadata', async () => {
    const image = sharp({ create: { width: 8, height: 8, channels: 3, background: '#000' } })
    const position = { GPSLatitudeRef: 'N', GPSLatitude: '52/1 30/1 0/1' }
    const located = await image.withExif({ IFD3: position }).jpeg().toBuffer()
    const { exif = Buffer.alloc(0) } = await sharp(located).metadata()
    const file = makeHeic({ exif: exif.subarray(6) })
    await writeFile(path, file)
    expect((await ingestImage(path)).warnings).toEqual(['location'])
    const stripped = Buffer.concat(stripHeic(file) ?? [])
    await writeFile(path, stripped)
    expect((await ingestImage(path)).warnings).toBeUndefined()
    expect(stripped.length).toBe(file.length)
    await expectShown(stripped, tileColours)
    await writeFile(path, makeHeic())
    expect((await ingestImage(path)).warnings).toBeUndefined()
  })
})
