import {
  type Plan,
  type Region,
  type Size,
  fits,
  isWithin,
  planRender,
  scaleToCover,
  scaleToFit,
} from '@iaas/common/image'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { anyBounds, anyBox, anySource } from './_arbitraries.ts'
import { framed } from './_bounding.ts'

const unbounded: Size = { width: 1e9, height: 1e9 }

function forAny(check: (source: Size, box: Size) => void): void {
  fc.assert(fc.property(anySource, anyBox, check), { numRuns: 1000 })
}

function expectInside(inner: Region, outer: Size): void {
  expect(Math.min(inner.left, inner.top)).toBeGreaterThanOrEqual(0)
  expect(inner.left + inner.width).toBeLessThanOrEqual(outer.width)
  expect(inner.top + inner.height).toBeLessThanOrEqual(outer.height)
}

function expectCentred(inner: Region, outer: Size): void {
  expect([0, 1]).toContain(outer.width - inner.width - 2 * inner.left)
  expect([0, 1]).toContain(outer.height - inner.height - 2 * inner.top)
}

/** That one side of `size` is, to half a pixel, what the other makes it; a side of one pixel may stand for less. */
function expectRatio(size: Size, source: Size): void {
  const width = (size.height * source.width) / source.height
  const height = (size.width * source.height) / source.width
  const isKept =
    Math.abs(size.width - Math.max(1, width)) <= 0.5 ||
    Math.abs(size.height - Math.max(1, height)) <= 0.5
  expect([size, source, isKept]).toEqual([size, source, true])
}

function sidesOf(plan: Plan): readonly number[] {
  const sizes = [plan.preCrop, plan.scaled, plan.crop, plan.canvas, plan.result]
  return sizes.flatMap((size) => (size === undefined ? [] : [size.width, size.height]))
}

describe('planRender', () => {
  it('has for every fit only whole, positive sides', () => {
    for (const fit of fits) {
      forAny((source, box) => {
        for (const side of sidesOf(planRender(source, framed(box, fit), unbounded))) {
          expect(Number.isSafeInteger(side) && side >= 1).toBe(true)
        }
      })
    }
  })

  it('clip lies within the box, touches it and keeps the ratio', () => {
    forAny((source, box) => {
      const { result, scaled, ...others } = planRender(source, framed(box, 'clip'), unbounded)
      expect(isWithin(result, box)).toBe(true)
      expect(result.width === box.width || result.height === box.height).toBe(true)
      expectRatio(result, source)
      expect(scaled).toEqual(result)
      expect(others).toEqual({ preCrop: undefined, crop: undefined, canvas: undefined })
    })
  })

  it('cover covers the box, touches it and keeps the ratio', () => {
    forAny((source, box) => {
      const { result, scaled, ...others } = planRender(source, framed(box, 'cover'), unbounded)
      expect(isWithin(box, result)).toBe(true)
      expect(result.width === box.width || result.height === box.height).toBe(true)
      expectRatio(result, source)
      expect(scaled).toEqual(result)
      expect(others).toEqual({ preCrop: undefined, crop: undefined, canvas: undefined })
    })
  })

  it('crop is exactly the box, cut evenly around the centre of what covers it', () => {
    forAny((source, box) => {
      const { preCrop, scaled, crop, canvas, result } = planRender(
        source,
        framed(box, 'crop'),
        unbounded,
      )
      fc.pre(crop !== undefined)
      expect([preCrop, canvas, result]).toEqual([undefined, undefined, box])
      expect(scaled).toEqual(scaleToCover(source, box))
      expect(crop).toMatchObject(box)
      expectInside(crop, scaled)
      expectCentred(crop, scaled)
    })
  })

  it('crop of an image much longer than the box cuts its middle out first, in the ratio of the box', () => {
    forAny((source, box) => {
      const { preCrop, scaled, crop, canvas, result } = planRender(
        source,
        framed(box, 'crop'),
        unbounded,
      )
      fc.pre(preCrop !== undefined)
      expect([scaled, crop, canvas, result]).toEqual([box, undefined, undefined, box])
      expectInside(preCrop, source)
      expectCentred(preCrop, source)
      expectRatio(preCrop, box)
    })
  })

  it('crop never scales more than four times the pixels that it keeps', () => {
    forAny((source, box) => {
      const { scaled } = planRender(source, framed(box, 'crop'), unbounded)
      expect(scaled.width * scaled.height).toBeLessThanOrEqual(4 * box.width * box.height)
    })
    const thin = planRender(
      { width: 10, height: 10_000 },
      framed({ width: 400, height: 300 }, 'crop'),
      unbounded,
    )
    expect(thin.preCrop).toEqual({ left: 0, top: 4996, width: 10, height: 8 })
  })

  it('canvas is exactly the box, with what clip gives in its middle', () => {
    forAny((source, box) => {
      const { preCrop, scaled, crop, canvas, result } = planRender(
        source,
        framed(box, 'canvas'),
        unbounded,
      )
      expect([result, preCrop, crop]).toEqual([box, undefined, undefined])
      expect(scaled).toEqual(planRender(source, framed(box, 'clip'), unbounded).result)
      expect(canvas).toMatchObject(box)
      const placed = { ...scaled, left: canvas!.left, top: canvas!.top }
      expectInside(placed, box)
      expectCentred(placed, box)
    })
  })

  it('never leaves the bounds, whatever the fit, for a box within them', () => {
    const sizes = fc.tuple(anySource, anyBox, anyBounds)
    fc.assert(
      fc.property(sizes, fc.constantFrom(...fits), ([source, box, bounds], fit) => {
        fc.pre(isWithin(box, bounds))
        expect(isWithin(planRender(source, framed(box, fit), bounds).result, bounds)).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })

  it('scales a cover that no box brings within the bounds down to them', () => {
    const source = { width: 1, height: 10_000 }
    const { result } = planRender(source, framed({ width: 1, height: 1 }, 'cover'), {
      width: 2000,
      height: 2000,
    })
    expect(result).toEqual({ width: 1, height: 2000 })
  })

  it.each([
    ['clip', { width: 200, height: 133 }],
    ['cover', { width: 300, height: 200 }],
    ['crop', { width: 200, height: 200 }],
    ['canvas', { width: 200, height: 200 }],
  ] as const)('%s brings 600 x 400 px into a box of 200 x 200 px as %j', (fit, size) => {
    const plan = planRender(
      { width: 600, height: 400 },
      framed({ width: 200, height: 200 }, fit),
      unbounded,
    )
    expect(plan.result).toEqual(size)
  })
})

describe('scaleToFit', () => {
  it('rounds fractions to the nearest pixel and never to 0', () => {
    expect(scaleToFit({ width: 3, height: 2 }, { width: 100, height: 100 }).height).toBe(67)
    expect(scaleToFit({ width: 300, height: 100 }, { width: 100, height: 100 }).height).toBe(33)
    expect(scaleToFit({ width: 10_000, height: 1 }, { width: 100, height: 100 }).height).toBe(1)
  })

  it('leaves an image of the size of the box as it is', () => {
    forAny((source) => {
      expect(scaleToFit(source, source)).toEqual(source)
      expect(scaleToCover(source, source)).toEqual(source)
    })
  })

  it('is exact at the largest sizes that there are', () => {
    const source = { width: 65_500, height: 65_499 }
    const box = { width: 99 * 999_999_999, height: 99 * 999_999_999 }
    const exact = Number((BigInt(box.width) * 65_499n * 2n + 65_500n) / (2n * 65_500n))
    expect(scaleToFit(source, box)).toEqual({ width: box.width, height: exact })
  })
})
