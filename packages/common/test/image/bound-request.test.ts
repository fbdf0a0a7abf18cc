import {
  type Size,
  type SizedRequest,
  boundsFor,
  formatImageUrl,
  variantFormats,
  isWithin,
} from '@iaas/common/image'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { anyBounds, anyRequest } from './_arbitraries.ts'
import { refusalOf } from './_refusals.ts'
import { boundOnce, boxOf, isOfRatio, policyOf, read, usual } from './_bounding.ts'

function forEveryRedirect(
  check: (request: SizedRequest, target: SizedRequest, bounds: Size) => void,
): void {
  fc.assert(
    fc.property(anyRequest, anyBounds, (request, bounds) => {
      const target = boundOnce(request, bounds)
      if (target !== undefined) check(request, target, bounds)
    }),
    { numRuns: 1000 },
  )
}

function boundTo(url: string): string | undefined {
  const target = boundOnce(read(url), usual)
  return target && formatImageUrl(target)
}

describe('boundRequest', () => {
  it('redirects exactly what is outside the bounds', () => {
    fc.assert(
      fc.property(anyRequest, anyBounds, (request, bounds) => {
        expect(boundOnce(request, bounds) === undefined).toBe(isWithin(boxOf(request), bounds))
      }),
      { numRuns: 1000 },
    )
  })

  it('redirects to what is within the bounds and not redirected again', () => {
    forEveryRedirect((_, target, bounds) => {
      expect(isWithin(boxOf(target), bounds)).toBe(true)
      expect(boundOnce(target, bounds)).toBeUndefined()
    })
  })

  it('keeps the id, the format and every option, and folds the scale into the size', () => {
    forEveryRedirect((request, target) => {
      const { width, height } = target
      expect(target).toEqual({ ...request, width, height, scale: 1 })
      expect(read(formatImageUrl(target))).toEqual(target)
    })
  })

  it('caps each side of a clip', () => {
    forEveryRedirect((request, target, bounds) => {
      if (request.options.fit !== 'clip') return
      const box = boxOf(request)
      expect(target.width).toBe(Math.min(box.width, bounds.width))
      expect(target.height).toBe(Math.min(box.height, bounds.height))
    })
  })

  it('keeps the ratio of crop, canvas and cover, and takes no more from them than it must', () => {
    forEveryRedirect((request, target, bounds) => {
      if (request.options.fit === 'clip') return
      expect(isOfRatio(target, boxOf(request), 0.5)).toBe(true)
      expect(target.width === bounds.width || target.height === bounds.height).toBe(true)
    })
  })

  it('R49 shrinks the box and keeps the padding, multiplied by the scale', () => {
    expect(boundTo('/a_1500_1500_2x.jpg?padding=10,20,30,40&fit=crop')).toBe(
      '/a_1880_1880.jpg?fit=crop&padding=20,40,60,80',
    )
    expect(boundTo('/a_2000_100.jpg?padding=1')).toBe('/a_1998_100.jpg?padding=1')
    expect(boundTo('/a_1998_1998.jpg?padding=1')).toBeUndefined()
  })

  it('R49 refuses padding that alone leaves the bounds, and names it', () => {
    for (const url of ['/a_1_1.jpg?padding=1000', '/a_1_1_2x.jpg?padding=0,0,0,1000']) {
      const error = refusalOf(() => boundTo(url))
      expect([error?.code, error?.message]).toEqual([
        'INVALID_OPTION',
        expect.stringContaining('"padding"'),
      ])
    }
  })

  it.each([
    ['/a_4000_1000.jpg', '/a_2000_1000.jpg'],
    ['/a_1000_1000_13x.jpeg?blur=true', '/a_2000_2000.jpg?blur=true'],
    ['/a_4000_1000.jpg?fit=crop', '/a_2000_500.jpg?fit=crop'],
    ['/a_1500_2000_2x.png?proxy=true&fit=canvas', '/a_1500_2000.png?fit=canvas&proxy=true'],
    ['/a_4000_2000.webp?fit=cover&quality=7', '/a_2000_1000.webp?fit=cover&quality=7'],
    ['/a_999999999_1_99x.jpg?fit=crop', '/a_2000_1.jpg?fit=crop'],
  ])('redirects %s to %s', (from, to) => {
    expect(boundTo(from)).toBe(to)
  })
})

describe('boundsFor', () => {
  it('is the least of what the operator and the format allow, side by side', () => {
    const wide = policyOf({ width: 100_000, height: 300 })
    expect(boundsFor('webp', wide)).toEqual({ width: 16_383, height: 300 })
    expect(boundsFor('avif', wide)).toEqual({ width: 16_384, height: 300 })
    expect(boundsFor('jpg', wide)).toEqual({ width: 65_500, height: 300 })
    const high = policyOf({ width: 300, height: 100_000 })
    expect(boundsFor('webp', high)).toEqual({ width: 300, height: 16_383 })
    for (const format of variantFormats) {
      expect(boundsFor(format, policyOf(usual))).toEqual(usual)
    }
  })
})
