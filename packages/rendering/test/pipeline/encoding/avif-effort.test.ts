import { describe, expect, it } from '@jest/globals'
import { effortFor } from '../../../src/pipeline/encoding/encode-avif.ts'

describe('the effort of AVIF', () => {
  it('T47 is that of the configuration for images of usual sizes', () => {
    for (const effort of [0, 2, 9]) {
      expect(effortFor({ width: 2000, height: 2000 }, effort)).toBe(effort)
    }
  })

  it('T47 is lower for large images, whose encoding would exceed the time limit', () => {
    const sizes = [3000, 4000, 5000, 16_384].map((side) => ({ width: side, height: side }))
    expect(sizes.map((size) => effortFor(size, 9))).toEqual([2, 1, 0, 0])
    expect(sizes.map((size) => effortFor(size, 1))).toEqual([1, 1, 0, 0])
  })
})
