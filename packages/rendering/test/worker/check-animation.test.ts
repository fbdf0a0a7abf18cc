import { describe, expect, it } from '@jest/globals'
import { checkAnimation } from '@iaas/rendering/worker/check-animation'

const size = { width: 1000, height: 500 }
const limit = { maxOriginalPixels: 50e6 }

function codeOf(frames: number | undefined, limits: { maxOriginalPixels?: number }): unknown {
  try {
    checkAnimation({ size, ...(frames !== undefined && { frames }) }, limits)
    return undefined
  } catch (error) {
    return (error as { code: unknown }).code
  }
}

describe('an animation that is uploaded', () => {
  it('T54 counts by frames and pixels where that is limited', () => {
    expect([codeOf(100, limit), codeOf(101, limit)]).toEqual([undefined, 'IMAGE_TOO_LARGE'])
    const check = () => checkAnimation({ size, frames: 101 }, limit)
    expect(check).toThrow('101 frames of 1000 x 500 pixels (51 megapixels); at most 50 megapixels')
  })

  it('is accepted in any length where it is not', () => {
    expect(codeOf(5000, {})).toBeUndefined()
  })

  it('is no still image', () => {
    const small = { maxOriginalPixels: 1 }
    expect([codeOf(undefined, small), codeOf(1, small)]).toEqual([undefined, undefined])
  })
})
