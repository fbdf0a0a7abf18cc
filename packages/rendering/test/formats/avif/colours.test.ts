import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeNclx } from '@iaas/testing/images/avif-boxes'
import { codeAv1, makeAvif, withLimitedRange } from '@iaas/testing/images/make-avif'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import sharp from 'sharp'
import { copyImage, renderImage } from '../../render-image.ts'
import {
  dark,
  patches,
  patch,
  bounds,
  coloursOf,
  expectNear,
  inChromium,
  shownOf,
} from '../_patches.ts'

let folder: Awaited<ReturnType<typeof createTemporaryFolder>>
let path: string
beforeAll(async () => {
  folder = await createTemporaryFolder()
  path = join(folder.path, 'image')
})
afterAll(async () => folder[Symbol.asyncDispose]())

const shown = (format?: 'png' | 'jpg') => shownOf(path, format)

/** Codes patches of 16 px, each with its own alpha. */
async function codePatches(alphas: readonly number[] = [0, 128, 255]) {
  const width = bounds.width * 2
  const rgba = new Uint8Array(width * 16 * 4)
  for (let at = 0; at < rgba.length; at += 4) {
    const index = Math.floor(((at / 4) % width) / 16)
    rgba.set([...(patches[index] ?? dark), alphas[index] ?? 255], at)
  }
  return codeAv1(rgba, width, 16)
}

describe('T31 an AVIF has the colours that browsers show', () => {
  it.each([
    ['sRGB', makeNclx(1, 13), patches],
    ['Display P3', makeNclx(12, 13), inChromium.p3],
    ['BT.709, which is taken for sRGB', makeNclx(1, 1), patches],
    ['what is unspecified', makeNclx(2, 2), patches],
    ['Display P3 with an unspecified curve', makeNclx(12, 2), inChromium.p3],
    ['linear light of unspecified primaries', makeNclx(2, 8), inChromium.linear],
    ['BT.2020', makeNclx(9, 14), inChromium.bt2020],
    ['a gamma of 2.2', makeNclx(1, 4), inChromium.gamma22],
    ['PQ', makeNclx(9, 16), inChromium.pq],
    ['HLG', makeNclx(9, 18), inChromium.hlg],
  ] as const)('nclx: %s', async (_name, nclx, expected) => {
    const [colours] = await codePatches()
    await writeFile(path, makeAvif({ colours, properties: [nclx] }))
    expectNear(await shown(), expected, 2)
    expectNear(await coloursOf(await copyImage(path)), expected, 2)
  })

  it('counts an ICC profile more than nclx', async () => {
    const [colours] = await codePatches()
    const plain = sharp({ create: { width: 1, height: 1, channels: 3, background: '#fff' } })
    const { icc } = await sharp(await plain.withIccProfile('p3').png().toBuffer()).metadata()
    const profile = {
      name: 'colr',
      content: Buffer.concat([Buffer.from('prof'), icc ?? Buffer.alloc(0)]),
    }
    await writeFile(path, makeAvif({ colours, properties: [profile, makeNclx(9, 16)] }))
    expectNear(await shown(), inChromium.p3, 2)
  })

  it('takes grey of the limited range for what it is, wherever the file says so', async () => {
    const [, greys] = await codePatches([16, 126, 235])
    const expected = [
      [0, 0, 0],
      [128, 128, 128],
      [255, 255, 255],
    ] as const
    await writeFile(path, makeAvif({ colours: greys, properties: [makeNclx(1, 13, false)] }))
    expectNear(await shown(), expected, 2)
    await writeFile(path, makeAvif({ colours: withLimitedRange(greys) }))
    expectNear(await shown(), expected, 2)
    await writeFile(path, makeAvif({ colours: greys }))
    expectNear(
      await shown(),
      [
        [16, 16, 16],
        [126, 126, 126],
        [235, 235, 235],
      ],
      2,
    )
  })

  it('has no veil where its transparency has the limited range', async () => {
    const [colours, alpha] = await codePatches([16, 126, 235])
    await writeFile(path, makeAvif({ colours, alpha: withLimitedRange(alpha) }))
    const png = await renderImage(path, { ...bounds, format: 'png' })
    const { data } = await sharp(png).raw().toBuffer({ resolveWithObject: true })
    const row = 4 * bounds.width * 4
    const alphas = patches.map((_, index) => data[row + 4 * (patch * index + 4) + 3])
    expect(alphas).toEqual([0, 128, 255])
  })
})
