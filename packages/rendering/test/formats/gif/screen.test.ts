import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fits } from '@iaas/common/image'
import { readPixel } from '@iaas/testing/images/compare'
import { type GifFrame, makeGif } from '@iaas/testing/images/make-gif'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import sharp from 'sharp'
import { readGifScreen } from '../../../src/formats/gif/screen.ts'
import { copyImage, renderImage, ingestImage } from '../../render-image.ts'

/** A palette of which no colour is free for transparency. */
const palette = Array.from({ length: 256 }, (_, index) => [200, 40, index] as const)
const frame = { left: 25, top: 25, width: 50, height: 50 }
const whole = { left: 0, top: 0, width: 100, height: 100 }

let folder: Awaited<ReturnType<typeof createTemporaryFolder>>
let path: string
beforeAll(async () => {
  folder = await createTemporaryFolder()
  path = join(folder.path, 'image')
})
afterAll(async () => folder[Symbol.asyncDispose]())

async function write(width: number, height: number, frames: readonly GifFrame[]): Promise<void> {
  await writeFile(path, makeGif({ width, height, frames, palette }))
}

async function alphaAt(png: Uint8Array, x: number, y: number): Promise<number | undefined> {
  const { data, info } = await sharp(png).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
  return data[4 * (y * info.width + x) + 3]
}

describe('T31 a GIF whose first frame has no area', () => {
  it.each([
    ['width', { ...frame, width: 0 }],
    ['height', { ...frame, height: 0 }],
  ])('is as the decoder reads it: no %s', async (_name, empty) => {
    await write(100, 100, [empty])
    expect(readGifScreen(path, 0, { width: 100, height: 100 })).toBeUndefined()
    for (const fit of fits) {
      const png = await renderImage(path, { width: 64, height: 64, fit, format: 'png' })
      expect(await sharp(png).metadata()).toMatchObject({ format: 'png', width: 64, height: 64 })
    }
  })
})

describe('T31 a GIF whose first frame is smaller than its screen', () => {
  it.each([
    ['alone', [frame]],
    ['before frames that cover the screen', [frame, { ...whole, colour: 9 }]],
  ])('is transparent around it, and white where that cannot be: %s', async (_name, frames) => {
    await write(100, 100, frames)
    const png = await renderImage(path, { width: 100, height: 100, format: 'png' })
    expect([await alphaAt(png, 5, 5), await alphaAt(png, 50, 50)]).toEqual([0, 255])
    expect(await readPixel(png, 50, 50)).toEqual([200, 40, 0])
    const jpeg = await renderImage(path, { width: 100, height: 100, format: 'jpg' })
    expect(await readPixel(jpeg, 5, 5)).toEqual([255, 255, 255])
  })

  it.each([
    [[640, 480], [640, 480], frame],
    [[3000, 2100], [3000, 2100], frame],
    [[40, 40], [75, 75], frame],
    [[0, 0], [75, 75], frame],
    [[40, 40], [60, 60], { left: 50, top: 50, width: 10, height: 10 }],
  ] as const)('is as large as browsers show it: screen %j is %j', async (screen, shown, only) => {
    const [width, height] = shown
    await write(screen[0], screen[1], [only])
    expect((await ingestImage(path)).size).toEqual({ width, height })
    const png = await renderImage(path, { width, height, format: 'png' })
    expect(await sharp(png).metadata()).toMatchObject({ width, height })
    expect([await alphaAt(png, 0, 0), await alphaAt(png, only.left, only.top)]).toEqual([0, 255])
  })

  it('has a working copy that is transparent in the same places', async () => {
    await write(100, 100, [frame])
    const copy = await copyImage(path)
    expect([await alphaAt(copy, 5, 5), await alphaAt(copy, 50, 50)]).toEqual([0, 255])
  })

  it('is cut to the region of its upload with its transparency', async () => {
    await write(100, 100, [frame])
    const crop = { left: 20, top: 20, width: 20, height: 20 }
    const kept = await ingestImage(path, crop)
    expect(await alphaAt(kept.bytes, 0, 0)).toBe(0)
    expect(await readPixel(kept.bytes, 15, 15)).toEqual([200, 40, 0])
  })
})

describe('a GIF whose first frame covers its screen', () => {
  it('is read as it is', async () => {
    await write(100, 100, [whole, frame])
    const png = await renderImage(path, { width: 100, height: 100, format: 'png' })
    expect((await sharp(png).metadata()).hasAlpha).toBe(false)
  })
})
