import { describe, expect, it } from '@jest/globals'
import {
  makeInterlacedBomb,
  makePixelFlood,
  makeThinPng,
  makeThinWebp,
} from '@iaas/testing/images/bombs'
import { makeScanBomb } from '@iaas/testing/images/scan-bomb'
import sharp from 'sharp'

const startOfScan = Buffer.from([0xff, 0xda])

function countScans(jpeg: Buffer): number {
  let count = 0
  for (let at = jpeg.indexOf(startOfScan); at >= 0; at = jpeg.indexOf(startOfScan, at + 2)) {
    count += 1
  }
  return count
}

describe('makeScanBomb', () => {
  it.each([
    [8, 8, 1],
    [64, 48, 300],
    [17, 23, 5],
    [1100, 3, 40],
    // More blocks than one run of ends of bands holds.
    [1600, 1608, 3],
  ])('of %d x %d px and %d scans decodes without a warning', async (width, height, scans) => {
    const bomb = makeScanBomb(width, height, scans)
    expect(countScans(bomb)).toBe(scans)
    const image = sharp(bomb, { failOn: 'warning' })
    expect(await image.metadata()).toMatchObject({ width, height, isProgressive: true })
    const { data } = await image.greyscale().raw().toBuffer({ resolveWithObject: true })
    expect([Math.min(...data.subarray(0, 4096)), data.at(-1)]).toEqual([128, 128])
  })

  it('keeps thousands of scans of thirty megapixels within 300 kB', () => {
    const bomb = makeScanBomb(6000, 5000, 2647)
    expect(countScans(bomb)).toBe(2647)
    expect(bomb.length).toBeLessThan(300_000)
  })
})

describe('makeInterlacedBomb', () => {
  it('says in very few bytes that it is wide, interlaced, of 16 bits and within the usual limit of pixels', async () => {
    const bomb = makeInterlacedBomb()
    expect(bomb.length).toBeLessThan(100)
    expect(await sharp(bomb).metadata()).toMatchObject({
      width: 786_464,
      height: 32,
      depth: 'ushort',
      channels: 4,
      isProgressive: true,
    })
  })

  it('does not decode', async () => {
    const small = makeInterlacedBomb(640, 32)
    await expect(sharp(small, { failOn: 'error' }).raw().toBuffer()).rejects.toThrow(/\w/)
  })
})

describe('makePixelFlood', () => {
  it('says in very few bytes that it has more pixels than sharp reads', async () => {
    const flood = makePixelFlood()
    expect(flood.length).toBeLessThan(100)
    await expect(sharp(flood).raw().toBuffer()).rejects.toThrow(/pixel limit/)
  })
})

describe('thin images', () => {
  it('are valid and as long as they say', async () => {
    const webp = await sharp(await makeThinWebp())
      .raw()
      .toBuffer({ resolveWithObject: true })
    expect(webp.info).toMatchObject({ width: 16_383, height: 1 })
    const png = await sharp(await makeThinPng())
      .raw()
      .toBuffer({ resolveWithObject: true })
    expect(png.info).toMatchObject({ width: 10, height: 10_000 })
  })
})
