import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import {
  type PngOptions,
  makeChrm,
  makeCicp,
  makeClli,
  makeGama,
  makePng,
  makePngChunk,
} from '@iaas/testing/images/make-png'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import sharp from 'sharp'
import { copyImage, renderImage, ingestImage } from '../../render-image.ts'
import { patches, patch, bounds, coloursOf, expectNear, inChromium, shownOf } from '../_patches.ts'

let folder: Awaited<ReturnType<typeof createTemporaryFolder>>
let path: string
beforeAll(async () => {
  folder = await createTemporaryFolder()
  path = join(folder.path, 'image')
})
afterAll(async () => folder[Symbol.asyncDispose]())

const shown = (format?: 'png' | 'jpg') => shownOf(path, format)

const writePng = (options: Partial<PngOptions>) =>
  writeFile(path, makePng({ colours: 'rgb', patches, patch, ...options }))

const p3Chromaticities = [0.3127, 0.329, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06]
const srgbChromaticities = [0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06]
const srgbChunk = makePngChunk('sRGB', Buffer.from([0]))

async function makeProfileChunk(): Promise<Buffer> {
  const plain = sharp({ create: { width: 1, height: 1, channels: 3, background: '#fff' } })
  const { icc } = await sharp(await plain.withIccProfile('p3').png().toBuffer()).metadata()
  return makePngChunk('iCCP', Buffer.concat([Buffer.from('p3\0\0'), deflateSync(icc ?? '')]))
}

describe('T31 a PNG has the colours that browsers show', () => {
  it.each([
    ['gAMA of linear light', [makeGama(1)], inChromium.linear],
    ['gAMA of 1/2.2, which is taken for sRGB by itself', [makeGama(0.45455)], patches],
    [
      'gAMA of 1/2.2 with cHRM',
      [makeGama(0.45455), makeChrm(srgbChromaticities)],
      inChromium.gamma22,
    ],
    [
      'gAMA with cHRM of Display P3',
      [makeGama(0.45455), makeChrm(p3Chromaticities)],
      inChromium.p3Gamma22,
    ],
    ['cHRM without gAMA', [makeChrm(p3Chromaticities)], patches],
    ['cHRM that spans no colours', [makeGama(1), makeChrm(Array<number>(8).fill(0.3))], patches],
    ['gAMA of nothing', [makeGama(0)], patches],
    ['sRGB over gAMA and cHRM', [srgbChunk, makeGama(1), makeChrm(p3Chromaticities)], patches],
    ['cICP of Display P3', [makeCicp(12, 13)], inChromium.p3],
    ['cICP over sRGB', [makeCicp(12, 13), srgbChunk], inChromium.p3],
    ['cICP of BT.2020', [makeCicp(9, 13)], inChromium.bt2020],
    ['cICP of video', [makeCicp(9, 1)], inChromium.bt2020Video],
    ['cICP of film, whose white is another', [makeCicp(8, 13)], inChromium.film],
    ['cICP of PQ', [makeCicp(9, 16)], inChromium.pq],
    [
      'cICP of PQ that is as bright as 400 cd/m2',
      [makeCicp(9, 16), makeClli(400)],
      inChromium.pqOf400,
    ],
    ['cICP of HLG', [makeCicp(9, 18)], inChromium.hlg],
    ['cICP that is unspecified, before gAMA', [makeCicp(2, 2), makeGama(1)], inChromium.linear],
    ['cICP of the limited range, which is none', [makeCicp(12, 13, 0, 0)], patches],
    ['cICP with a matrix, which is none', [makeCicp(12, 13, 1)], patches],
  ] as const)('%s', async (_name, chunks, expected) => {
    await writePng({ chunks })
    expectNear(await shown(), expected)
    await writePng({ chunks, bits: 16 })
    expectNear(await shown(), expected)
  })

  it('counts cICP more than an ICC profile, and that more than the rest', async () => {
    const profile = await makeProfileChunk()
    await writePng({ chunks: [makeCicp(1, 13), profile] })
    expectNear(await shown(), patches)
    await writePng({ chunks: [makeCicp(9, 13), profile] })
    expectNear(await shown(), inChromium.bt2020)
    await writePng({ chunks: [makeCicp(2, 2), profile, srgbChunk, makeGama(1)] })
    expectNear(await shown(), inChromium.p3)
  })

  it.each([
    ['grey', 8],
    ['grey', 16],
    ['grey+alpha', 8],
    ['grey+alpha', 16],
  ] as const)('in %s of %i bits', async (colours, bits) => {
    const samples = [20, 128, 200].map((level) => [level, 255])
    await writePng({ colours, bits, patches: samples, chunks: [makeGama(1)] })
    expectNear(await shown(), [
      [79, 79, 79],
      [188, 188, 188],
      [229, 229, 229],
    ])
  })

  it('under transparency', async () => {
    const colours = 'rgb+alpha'
    await writePng({
      colours,
      patches: patches.map((rgb) => rgb.concat(128)),
      chunks: [makeGama(1)],
    })
    const png = await renderImage(path, { ...bounds, format: 'png' })
    expect([...(await sharp(png).raw().toBuffer()).subarray(0, 4)]).toEqual([79, 79, 79, 128])
  })

  it('in its working copy, and where its upload is cut', async () => {
    await writePng({ chunks: [makeCicp(12, 13)] })
    expectNear(await coloursOf(await copyImage(path)), inChromium.p3)
    const crop = { left: 0, top: 0, width: bounds.width, height: patch - 1 }
    expectNear(await coloursOf((await ingestImage(path, crop)).bytes), inChromium.p3)
  })
})
