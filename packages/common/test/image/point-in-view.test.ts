import {
  type Flip,
  defaultVariantOptions,
  degrees,
  flips,
  parseRect,
  planRender,
  pointInView,
  viewOf,
} from '@iaas/common/image'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { decimals } from './_any-options.ts'
import { anySource } from './_arbitraries.ts'

const source = { width: 600, height: 400 }
const corner = { x: 0.1, y: 0.2 }

function placeOf(rotate: (typeof degrees)[number], flip: Flip, rect?: string) {
  const view = viewOf(source, { rect: rect === undefined ? undefined : parseRect(rect), rotate })
  const { x, y } = pointInView(corner, source, view, { rotate, flip })
  return [x, y].map((value) => Math.round(value * 1000) / 1000)
}

describe('the focal point in a view', () => {
  it.each([
    [0, 'none', [0.1, 0.2]],
    [90, 'none', [0.8, 0.1]],
    [180, 'none', [0.9, 0.8]],
    [270, 'none', [0.2, 0.9]],
    [0, 'horizontal', [0.9, 0.2]],
    [0, 'vertical', [0.1, 0.8]],
    [0, 'both', [0.9, 0.8]],
    [90, 'horizontal', [0.2, 0.1]],
    [270, 'vertical', [0.2, 0.1]],
  ] as const)('moves with rotate=%i and flip=%s to %j', (rotate, flip, place) => {
    expect(placeOf(rotate, flip)).toEqual(place)
  })

  it('moves with a rectangle, and to its edge where it was cut away', () => {
    expect(placeOf(0, 'none', '0,0,120,160')).toEqual([0.5, 0.5])
    expect(placeOf(90, 'none', '0,0,120,320')).toEqual([0.75, 0.5])
    expect(placeOf(0, 'none', '300,0,300,400')).toEqual([0, 0.2])
    expect(placeOf(0, 'none', '0,0,30,40')).toEqual([1, 1])
  })

  it('stays inside every crop of a part that contains it', () => {
    const anyPoint = fc.record({ x: decimals(0, 1), y: decimals(0, 1) })
    const anyBox = fc.record({
      width: fc.integer({ min: 1, max: 2000 }),
      height: fc.integer({ min: 1, max: 2000 }),
    })
    const anyTurn = fc.record({
      rotate: fc.constantFrom(...degrees),
      flip: fc.constantFrom(...flips),
    })
    const bounds = { width: 2000, height: 2000 }
    fc.assert(
      fc.property(anySource, anyPoint, anyBox, anyTurn, (image, point, box, turn) => {
        const view = viewOf(image, { rect: undefined, ...turn })
        const gravity = pointInView(point, image, view, turn)
        const framing = { ...defaultVariantOptions, ...box, fit: 'crop', gravity } as const
        const { preCrop, crop, scaled } = planRender(view.size, framing, bounds)
        const [kept, whole] = preCrop === undefined ? [crop, scaled] : [preCrop, view.size]
        if (kept === undefined) return
        const [x, y] = [gravity.x * whole.width, gravity.y * whole.height]
        // Regions begin at whole pixels.
        expect(x).toBeGreaterThanOrEqual(kept.left - 1)
        expect(x).toBeLessThanOrEqual(kept.left + kept.width + 1)
        expect(y).toBeGreaterThanOrEqual(kept.top - 1)
        expect(y).toBeLessThanOrEqual(kept.top + kept.height + 1)
      }),
      { numRuns: 1000 },
    )
  })
})
