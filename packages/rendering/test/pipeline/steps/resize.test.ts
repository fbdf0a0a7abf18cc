import { describe, expect, it } from '@jest/globals'
import { isFineDecodingCheap } from '../../../src/pipeline/steps/resize.ts'

describe('the choice of how far a JPEG decoder shrinks', () => {
  it.each([
    // The shrink factors are 8 and 4, 4 and 2, 2 and 1.
    ['5 megapixels to a tenth', { width: 2560, height: 1920 }, 10, true],
    ['12 megapixels to a tenth', { width: 4000, height: 3000 }, 10, false],
    ['1 megapixel to a fifth', { width: 1200, height: 900 }, 5, true],
    ['2 megapixels to a fifth', { width: 1600, height: 1200 }, 5, false],
    ['0.3 megapixels to a third', { width: 640, height: 480 }, 3, true],
    ['2 megapixels to a third', { width: 1600, height: 1200 }, 3, false],
    [
      '12 megapixels to a twentieth, where both are the same',
      { width: 4000, height: 3000 },
      20,
      true,
    ],
  ] as const)('is the fine one if it costs little: %s', (_name, source, times, isFine) => {
    const scaled = {
      width: Math.round(source.width / times),
      height: Math.round(source.height / times),
    }
    expect(isFineDecodingCheap(source, scaled)).toBe(isFine)
  })
})
