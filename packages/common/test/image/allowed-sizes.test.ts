import {
  type SizedRequest,
  assertAllowedSize,
  boundBySource,
  boundRequest,
  isWithin,
  snapToWidth,
  toVariant,
} from '@iaas/common/image'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { anyBounds, anyCover, anyRequest, anySource } from './_arbitraries.ts'
import { boxOf, policyOf, usual } from './_bounding.ts'

const anyWidths = fc
  .uniqueArray(fc.integer({ min: 1, max: 4000 }), { minLength: 1, maxLength: 8 })
  .map((widths) => widths.toSorted((one, other) => one - other))

function step(request: SizedRequest, bounds = usual, widths: readonly number[] = [100, 400, 1600]) {
  const variant = toVariant(request, policyOf(bounds), [])
  return boundRequest(request, variant, bounds, { widths, sizes: [] })
}

describe('a list of allowed widths', () => {
  it.each([
    [{ width: 90, height: 60 }, 'clip', { width: 100, height: 67 }],
    [{ width: 100, height: 60 }, 'clip', { width: 100, height: 60 }],
    [{ width: 101, height: 101 }, 'crop', { width: 400, height: 400 }],
    [{ width: 1601, height: 900 }, 'canvas', { width: 1600, height: 899 }],
    [{ width: 500, height: 1000 }, 'clip', { width: 400, height: 800 }],
    [{ width: 1, height: 2000 }, 'crop', { width: 100, height: 2000 }],
    [{ width: 399, height: 300 }, 'cover', { width: 100, height: 75 }],
    [{ width: 99, height: 30 }, 'cover', { width: 99, height: 30 }],
  ] as const)('brings %j of %s to %j', (box, fit, snapped) => {
    expect(snapToWidth(box, fit, usual, [100, 400, 1600])).toEqual(snapped)
  })

  it('changes nothing if it is empty, or has none within the bounds', () => {
    const box = { width: 123, height: 45 }
    expect(snapToWidth(box, 'clip', usual, [])).toBe(box)
    expect(snapToWidth(box, 'clip', { width: 50, height: 50 }, [100])).toBe(box)
  })

  it('redirects once: to an allowed width, within the bounds, every option kept', () => {
    fc.assert(
      fc.property(anyRequest, anyBounds, anyWidths, (request, bounds, widths) => {
        const target = step(request, bounds, widths)
        if (target === undefined) return
        expect(target).toEqual({ ...request, ...boxOf(target), scale: 1 })
        expect(isWithin(boxOf(target), bounds)).toBe(true)
        expect(step(target, bounds, widths)).toBeUndefined()
        const lowest = widths[0] ?? 0
        const isFree = lowest > bounds.width || request.options.fit === 'cover'
        if (!isFree) expect(widths).toContain(target.width)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('a ladder of widths for covers', () => {
  it('ends at a cover that is within the bounds, whatever the image', () => {
    fc.assert(
      fc.property(anyCover, anySource, anyBounds, anyWidths, (request, source, bounds, widths) => {
        let current: SizedRequest = request
        for (let redirects = 0; redirects <= 4; redirects += 1) {
          const variant = toVariant(current, policyOf(bounds), [])
          const next =
            step(current, bounds, widths) ?? boundBySource(current, variant, source, bounds)
          if (next === undefined) return
          current = next
        }
        throw new Error(`It never ends: ${JSON.stringify(current)}`)
      }),
      { numRuns: 5000 },
    )
  })
})

describe('a list of sizes', () => {
  const sizes = [
    { width: 200, height: 100 },
    { width: 50, height: 50 },
  ]
  const variantOf = (request: SizedRequest) => toVariant(request, policyOf(usual), [])

  it('takes its own sizes, scale folded in, and refuses any other by name', () => {
    fc.assert(
      fc.property(anyRequest, (request) => {
        const own = { ...request, width: 100, height: 50, scale: 2 }
        expect(() => assertAllowedSize(variantOf(own), { widths: [], sizes })).not.toThrow()
        const other = { ...request, width: 101, height: 50, scale: 2 }
        expect(() => assertAllowedSize(variantOf(other), { widths: [], sizes })).toThrow(
          'The size 202x100 is not allowed; allowed sizes are 200x100, 50x50.',
        )
      }),
    )
  })
})
