import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import { makeNclx } from '@iaas/testing/images/avif-boxes'
import { readPixel } from '@iaas/testing/images/compare'
import { codeAv1, makeAvif, withLimitedRange } from '@iaas/testing/images/make-avif'
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
import { copyPicture, renderPicture, ingestPicture } from '../render-picture.ts'

let folder: Awaited<ReturnType<typeof createTemporaryFolder>>
let path: string
beforeAll(async () => {
  folder = await createTemporaryFolder()
  path = join(folder.path, 'picture')
})
afterAll(async () => folder[Symbol.asyncDispose]())

type Rgb = readonly [number, number, number]

const dark: Rgb = [20, 20, 20]
const grey: Rgb = [128, 128, 128]
const brown: Rgb = [200, 100, 50]
const patches = [dark, grey, brown]
const patch = 8
const bounds = { width: patches.length * patch, height: patch }

/** The colours of the patches of an image of any size. */
async function coloursOf(image: Uint8Array): Promise<readonly Rgb[]> {
  const { width } = await sharp(image).metadata()
  const centre = (index: number) => Math.floor(((index + 0.5) * width) / patches.length)
  return Promise.all(patches.map((_, index) => readPixel(image, centre(index), 3)))
}

/** The colours of a variant of the file in its own size. */
async function shown(format: 'png' | 'jpg' = 'png'): Promise<readonly Rgb[]> {
  return coloursOf(await renderPicture(path, { ...bounds, format, quality: 100 }))
}

function expectNear(actual: readonly Rgb[], expected: readonly Rgb[], tolerance = 1): void {
  const differences = actual.flat().map((level, at) => Math.abs(level - (expected.flat()[at] ?? 0)))
  if (Math.max(...differences) > tolerance) expect(actual).toEqual(expected)
}

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

/** The three patches as Chromium 156 shows them. */
const inChromium = {
  linear: [
    [79, 79, 79],
    [188, 188, 188],
    [229, 168, 122],
  ],
  p3: [dark, grey, [215, 93, 31]],
  gamma22: [
    [12, 12, 12],
    [129, 129, 129],
    [201, 100, 46],
  ],
  p3Gamma22: [
    [12, 12, 12],
    [129, 129, 129],
    [216, 93, 24],
  ],
  bt2020: [dark, grey, [241, 76, 29]],
  bt2020Video: [
    [7, 7, 7],
    [121, 121, 121],
    [239, 63, 5],
  ],
  film: [dark, grey, [222, 92, 32]],
  pq: [
    [1, 1, 1],
    [132, 132, 132],
    [255, 0, 0],
  ],
  pqOf400: [
    [2, 2, 2],
    [163, 163, 163],
    [255, 0, 0],
  ],
  hlg: [
    [5, 5, 5],
    [99, 99, 99],
    [230, 48, 17],
  ],
} as const satisfies Record<string, readonly Rgb[]>

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
    await writePng({ colours, patches: patches.map((rgb) => [...rgb, 128]), chunks: [makeGama(1)] })
    const png = await renderPicture(path, { ...bounds, format: 'png' })
    expect([...(await sharp(png).raw().toBuffer()).subarray(0, 4)]).toEqual([79, 79, 79, 128])
  })

  it('in its working copy, and where its upload is cut', async () => {
    await writePng({ chunks: [makeCicp(12, 13)] })
    expectNear(await coloursOf(await copyPicture(path)), inChromium.p3)
    const crop = { left: 0, top: 0, width: bounds.width, height: patch - 1 }
    expectNear(await coloursOf((await ingestPicture(path, crop)).bytes), inChromium.p3)
  })
})

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
    expectNear(await coloursOf(await copyPicture(path)), expected, 2)
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
    const png = await renderPicture(path, { ...bounds, format: 'png' })
    const { data } = await sharp(png).raw().toBuffer({ resolveWithObject: true })
    const row = 4 * bounds.width * 4
    const alphas = patches.map((_, index) => data[row + 4 * (patch * index + 4) + 3])
    expect(alphas).toEqual([0, 128, 255])
  })
})
