import { beforeAll, describe, expect, it } from '@jest/globals'
import { dhash, distance } from '@iaas/testing/dhash'
import { makePhoto } from '@iaas/testing/images/make-photo'
import sharp from 'sharp'

describe('dhash', () => {
  let photo: Buffer
  beforeAll(async () => {
    photo = await makePhoto({ width: 320, height: 240, format: 'png' })
  })

  it('stays near when the image is scaled or compressed', async () => {
    const hash = await dhash(photo)
    const small = await sharp(photo).resize(100).jpeg({ quality: 60 }).toBuffer()
    expect(distance(hash, await dhash(small))).toBeLessThanOrEqual(4)
  })

  it.each([
    ['mirrored', () => sharp(photo).flop()],
    ['upside down', () => sharp(photo).flip()],
    ['turned by 90 degrees', () => sharp(photo).rotate(90)],
    ['turned by 180 degrees', () => sharp(photo).rotate(180)],
  ])('is far off when the image is %s', async (_, turn) => {
    const turned = await turn().png().toBuffer()
    expect(distance(await dhash(photo), await dhash(turned))).toBeGreaterThanOrEqual(12)
  })

  it('has at most 64 bits', async () => {
    expect(await dhash(photo)).toBeLessThan(2n ** 64n)
  })
})

describe('distance', () => {
  it('counts the bits that differ', () => {
    expect(distance(0b1011n, 0b0010n)).toBe(2)
    expect(distance(7n, 7n)).toBe(0)
    expect(distance(2n ** 64n - 1n, 0n)).toBe(64)
  })
})
