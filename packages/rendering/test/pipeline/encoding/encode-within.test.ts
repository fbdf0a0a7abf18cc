import { describe, expect, it } from '@jest/globals'
import { encodeWithin } from '../../../src/pipeline/encoding/encode-within.ts'

/** An encoder whose results have bytes in proportion to the quality. */
function createEncoder(bytesPerQuality: number) {
  const qualities: number[] = []
  return {
    qualities,
    encode: async ({ quality }: { readonly quality: number }) => {
      qualities.push(quality)
      return Buffer.alloc(quality * bytesPerQuality)
    },
  }
}

describe('encoding within the bytes of the original', () => {
  it('encodes once where there is no budget, or the result is within it', async () => {
    for (const budgetBytes of [undefined, 8000, 7900]) {
      const { qualities, encode } = createEncoder(100)
      expect((await encodeWithin({ quality: 80, budgetBytes }, encode)).length).toBe(8000)
      expect(qualities).toEqual([80])
    }
  })

  it('tries harder before it lowers the quality, and keeps to the budget', async () => {
    const { qualities, encode } = createEncoder(100)
    const bytes = await encodeWithin({ quality: 95, budgetBytes: 7000 }, encode)
    expect(bytes.length).toBeLessThanOrEqual(1.02 * 7000)
    expect(qualities.slice(0, 2)).toEqual([95, 95])
    expect(qualities).toEqual(qualities.toSorted((one, other) => other - one))
  })

  it('gives up after a few attempts with the smallest result', async () => {
    const { qualities, encode } = createEncoder(100)
    const bytes = await encodeWithin({ quality: 100, budgetBytes: 1 }, encode)
    expect(qualities.length).toBeLessThanOrEqual(6)
    expect(bytes.length).toBe(100 * Math.min(...qualities))
  })
})
