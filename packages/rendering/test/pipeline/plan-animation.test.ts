import { describe, expect, it } from '@jest/globals'
import { isNeverKept, planAnimation } from '@iaas/rendering/pipeline/plan-animation'
import { makeVariant } from '@iaas/testing/variants'

const limits = {
  animation: { maxFrames: 300, maxPixels: 100_000_000 },
  animationCpuMs: 6000,
  mostBytes: 2 ** 31,
}

function plan(frames: number, side: number, resultSide: number, format: 'gif' | 'webp' = 'webp') {
  const size = { width: side, height: side }
  const animation = { frames, size, delays: [], loop: 0 }
  const variant = makeVariant({ format, animated: format === 'gif' ? 'auto' : true })
  const result = { width: resultSide, height: resultSide }
  return planAnimation({ animation, size }, variant, { result }, limits).kind
}

describe('the limits of an animation', () => {
  it('R55 are its frames, and the pixels of all of them in the original and in the result', () => {
    expect(plan(300, 100, 100)).toBe('animated')
    expect(plan(301, 100, 100)).toBe('too-long')
    expect(plan(100, 900, 100)).toBe('animated')
    expect(plan(100, 1001, 100)).toBe('too-long')
    expect(plan(50, 100, 1500)).toBe('too-long')
  })

  it('R55 are the time and the memory that its encoder takes', () => {
    expect(plan(60, 400, 400, 'gif')).toBe('animated')
    expect(plan(120, 400, 400, 'gif')).toBe('too-long')
    expect(plan(120, 400, 400, 'webp')).toBe('animated')
    const size = { width: 400, height: 400 }
    const animation = { frames: 60, size, delays: [], loop: 0 }
    const variant = makeVariant({ format: 'gif' })
    const facts = [{ animation, size }, variant, { result: size }] as const
    expect(planAnimation(...facts, { ...limits, mostBytes: 2 ** 26 }).kind).toBe('too-long')
    expect(planAnimation(...facts, { ...limits, animationCpuMs: 0 }).kind).toBe('animated')
    expect(planAnimation(...facts, limits).bytes).toBeGreaterThan(2 * 4 * 60 * 400 * 400)
  })

  it('T54 tell of an upload whether any variant can keep it', () => {
    const isTooLong = (frames: number, side: number) => {
      const size = { width: side, height: side }
      return isNeverKept({ animation: { frames, size, delays: [], loop: 0 }, size }, limits)
    }
    expect([isTooLong(300, 100), isTooLong(301, 100)]).toEqual([false, true])
    expect([isTooLong(100, 1000), isTooLong(100, 1001)]).toEqual([false, true])
    expect(isNeverKept({ animation: undefined, size: { width: 1, height: 1 } }, limits)).toBe(false)
  })

  it('do not concern still images', () => {
    const size = { width: 9000, height: 9000 }
    const variant = makeVariant({ format: 'gif' })
    const facts = { animation: undefined, size }
    expect(planAnimation(facts, variant, { result: size }, limits).kind).toBe('still')
    const animation = { frames: 400, size, delays: [], loop: 0 }
    const still = makeVariant({ format: 'gif', animated: false })
    expect(planAnimation({ animation, size }, still, { result: size }, limits).kind).toBe('still')
  })
})
