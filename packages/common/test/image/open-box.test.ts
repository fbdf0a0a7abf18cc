import {
  type AllowedSizes,
  type Size,
  assertAllowedSize,
  boundBySource,
  boundRequest,
  fits,
  formatImageUrl,
  isWithin,
  planRender,
  planWithin,
  toVariant,
} from '@iaas/common/image'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { anyBounds, anySource } from './_arbitraries.ts'
import { policyOf, read, usual } from './_bounding.ts'
import { codeOf } from './_refusals.ts'

const anySide = fc.integer({ min: 1, max: 20_000 })
const anyAddress = fc
  .tuple(anySide, fc.boolean(), fc.constantFrom(...fits))
  .map(([side, isHigh, fit]) =>
    isHigh ? `/a_0_${side}.jpg?fit=${fit}` : `/a_${side}_0.jpg?fit=${fit}`,
  )
const anyWidths = fc
  .uniqueArray(fc.integer({ min: 1, max: 4000 }), { maxLength: 8 })
  .map((widths) => widths.toSorted((one, other) => one - other))

/** Follows every redirect of an address. */
function end(url: string, source: Size, bounds: Size, allowed: AllowedSizes) {
  let request = read(url)
  for (let redirects = 0; redirects <= 4; redirects += 1) {
    const variant = toVariant(request, policyOf(bounds), [])
    assertAllowedSize(variant, allowed)
    const next =
      boundRequest(request, variant, bounds, allowed) ??
      boundBySource(request, variant, source, bounds, allowed)
    if (next === undefined)
      return { url: formatImageUrl(request), plan: planWithin(source, variant, bounds) }
    request = next
  }
  throw new Error('The redirects never end.')
}

const any: AllowedSizes = { widths: [], sizes: [] }

describe('a box with one free side', () => {
  it.each([
    ['/a_300_0.jpg', { width: 300, height: 200 }],
    ['/a_0_300.jpg', { width: 450, height: 300 }],
    ['/a_150_0_2x.jpg?fit=crop', { width: 300, height: 200 }],
    ['/a_900_0.jpg?enlarge=false', { width: 600, height: 400 }],
    ['/a_0_300.jpg?rotate=0&fit=canvas', { width: 450, height: 300 }],
  ])('%s of 600 x 400 px has %j', (url, size) => {
    const variant = toVariant(read(url), policyOf(usual), [])
    expect(planRender({ width: 600, height: 400 }, variant, usual).result).toEqual(size)
  })

  it('R49 ends within the bounds after few redirects, whatever the image, the bounds and the allowed widths', () => {
    fc.assert(
      fc.property(anyAddress, anySource, anyBounds, anyWidths, (url, source, bounds, widths) => {
        const { plan } = end(url, source, bounds, { widths, sizes: [] })
        if (plan === undefined) throw new Error('It is not within the bounds.')
        expect(isWithin(plan.result, bounds)).toBe(true)
      }),
      { numRuns: 3000 },
    )
  })

  it.each([
    ['/a_3000_0.jpg', [600, 400], '/a_2000_0.jpg'],
    ['/a_300_0.jpg?fit=crop&enlarge=false', [30, 4000], '/a_300_2000.jpg?enlarge=false'],
    ['/a_300_0.jpg?fit=crop', [30, 4000], '/a_300_2000.jpg'],
    ['/a_0_300.jpg', [4000, 30], '/a_2000_300.jpg'],
  ] as const)('R49 sends %s of %j px to %s', (url, [width, height], to) => {
    expect(end(url, { width, height }, usual, any).url).toBe(to)
  })

  it('has a result of an allowed width or size', () => {
    const source = { width: 600, height: 400 }
    const widths = { widths: [100, 400, 1600], sizes: [] }
    expect(end('/a_300_0.jpg', source, usual, widths).url).toBe('/a_400_0.jpg')
    expect(end('/a_0_300.jpg', source, usual, widths).url).toBe('/a_1600_0.jpg')
    const sizes = { widths: [], sizes: [{ width: 300, height: 200 }] }
    expect(end('/a_300_0.jpg', source, usual, sizes).url).toBe('/a_300_0.jpg')
    for (const url of ['/a_301_0.jpg', '/a_0_201.jpg']) {
      expect(codeOf(() => end(url, source, usual, sizes))).toBe('SIZE_NOT_OFFERED')
    }
    expect(codeOf(() => end('/a_300_0.jpg', { width: 600, height: 500 }, usual, sizes))).toBe(
      'SIZE_NOT_OFFERED',
    )
  })

  it('is refused where both sides are free', () => {
    expect(codeOf(() => read('/a_0_0.jpg'))).toBe('INVALID_IMAGE_URL')
  })
})
