import {
  type Size,
  boundCover,
  formatImageUrl,
  isWithin,
  planRender,
  scaleToCover,
} from '@iaas/common/image'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { anyBounds, anyCover, anySource } from './_arbitraries.ts'
import {
  boundOnce,
  boxOf,
  coverOnce,
  framed,
  isOfRatio,
  read,
  usual,
  withinBounds,
} from './_bounding.ts'

const onePixel: Size = { width: 1, height: 1 }

describe('boundBySource of a cover', () => {
  const cases = fc.tuple(anyCover, anySource, anyBounds).map(([request, source, bounds]) => {
    return { request: withinBounds(request, bounds), source, bounds }
  })

  it('redirects to what is within the bounds, is not redirected again and keeps every option', () => {
    fc.assert(
      fc.property(cases, ({ request, source, bounds }) => {
        const target = coverOnce(request, source, bounds)
        if (target === undefined) return
        expect(target).toEqual({ ...request, width: target.width, height: target.height, scale: 1 })
        expect(boundOnce(target, bounds)).toBeUndefined()
        expect(coverOnce(target, source, bounds)).toBeUndefined()
      }),
      { numRuns: 1000 },
    )
  })

  it('ends at a result within the bounds', () => {
    fc.assert(
      fc.property(cases, ({ request, source, bounds }) => {
        const end = coverOnce(request, source, bounds) ?? request
        const { result } = planRender(source, framed(boxOf(end), 'cover'), bounds)
        expect(isWithin(result, bounds)).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })

  it('redirects only where the result leaves the bounds', () => {
    fc.assert(
      fc.property(cases, ({ request, source, bounds }) => {
        fc.pre(isWithin(scaleToCover(source, boxOf(request)), bounds))
        expect(coverOnce(request, source, bounds)).toBeUndefined()
      }),
      { numRuns: 1000 },
    )
  })

  it('keeps the ratio', () => {
    fc.assert(
      fc.property(cases, ({ request, source, bounds }) => {
        const target = coverOnce(request, source, bounds)
        fc.pre(target !== undefined && isWithin(scaleToCover(source, onePixel), bounds))
        expect(isOfRatio(target, boxOf(request), 1)).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })

  it('goes down to a box of one pixel where not even that keeps the image within the bounds', () => {
    fc.assert(
      fc.property(cases, ({ request, source, bounds }) => {
        fc.pre(!isWithin(scaleToCover(source, onePixel), bounds))
        expect(boxOf(coverOnce(request, source, bounds) ?? request)).toEqual(onePixel)
      }),
      { numRuns: 1000 },
    )
  })

  it('takes no more than it must: a pixel more a side touches the bounds or leaves them', () => {
    fc.assert(
      fc.property(cases, ({ request, source, bounds }) => {
        const target = coverOnce(request, source, bounds)
        if (target === undefined) return
        const larger = { width: target.width + 1, height: target.height + 1 }
        const { width, height } = scaleToCover(source, larger)
        expect(width >= bounds.width || height >= bounds.height).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })

  it.each([
    ['/a_500_500.png?fit=cover', [3000, 30], '/a_20_20.png?fit=cover'],
    ['/a_2000_2000.png?fit=cover', [10, 10_000], '/a_2_2.png?fit=cover'],
    ['/a_1000_10_2x.jpg?fit=cover&blur=true', [30, 300], '/a_200_2.jpg?fit=cover&blur=true'],
    ['/a_1_2000.jpg?fit=cover', [1, 16_383], '/a_1_1.jpg?fit=cover'],
    ['/a_1_1.jpg?fit=cover', [1, 16_383], undefined],
    ['/a_500_500.png?fit=cover', [600, 400], undefined],
    ['/a_500_500.png?fit=crop', [3000, 30], undefined],
  ] as const)('sends %s of an image of %j px to %s', (from, [width, height], to) => {
    const target = coverOnce(read(from), { width, height }, usual)
    expect(target && formatImageUrl(target)).toBe(to)
  })
})

describe('boundCover', () => {
  it('leaves a box alone whose cover lies within the bounds', () => {
    const box = { width: 300, height: 200 }
    expect(boundCover({ width: 600, height: 400 }, framed(box, 'cover'), usual)).toEqual(box)
  })
})
