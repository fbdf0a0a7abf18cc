import { type Region, type Size, isWithin, planRender } from '@iaas/common/image'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { anyPoint } from './_any-options.ts'
import { anyBox, anySource } from './_arbitraries.ts'
import { framed } from './_bounding.ts'

const unbounded: Size = { width: 1e9, height: 1e9 }
const anyPlace = fc.tuple(anySource, anyBox, anyPoint)

/** Distance of the middle of a region from a point, px. */
function distance(region: Region, x: number, y: number): number {
  const [across, down] = [region.left + region.width / 2 - x, region.top + region.height / 2 - y]
  return Math.hypot(across, down)
}

describe('gravity', () => {
  it('brings its point as near to the middle of a crop as the image allows', () => {
    fc.assert(
      fc.property(anyPlace, ([source, box, gravity]) => {
        const plan = planRender(source, { ...framed(box, 'crop'), gravity }, unbounded)
        const image = plan.preCrop === undefined ? plan.scaled : source
        const kept = plan.preCrop ?? plan.crop
        if (kept === undefined) throw new Error('Nothing was cropped.')
        const point = [gravity.x * image.width, gravity.y * image.height] as const
        const far = distance(kept, ...point)
        for (const [dx, dy] of [
          [1, 0],
          [-1, 0],
          [0, 1],
          [0, -1],
        ] as const) {
          const moved = { ...kept, left: kept.left + dx, top: kept.top + dy }
          const isInside =
            Math.min(moved.left, moved.top) >= 0 &&
            moved.left + moved.width <= image.width &&
            moved.top + moved.height <= image.height
          if (isInside) expect(distance(moved, ...point)).toBeGreaterThanOrEqual(far - 1)
        }
      }),
      { numRuns: 1000 },
    )
  })

  it('divides the free space of a canvas', () => {
    const source = { width: 300, height: 200 }
    const box = framed({ width: 100, height: 100 }, 'canvas')
    const topOf = (y: number) =>
      planRender(source, { ...box, gravity: { x: 0.5, y } }, unbounded).canvas?.top
    expect([0, 0.25, 0.5, 1].map(topOf)).toEqual([0, 8, 16, 33])
  })

  it('keeps the edge that a point of the compass names', () => {
    const source = { width: 600, height: 400 }
    const leftOf = (x: number) =>
      planRender(
        source,
        { ...framed({ width: 200, height: 200 }, 'crop'), gravity: { x, y: 0 } },
        unbounded,
      ).crop?.left
    expect([0, 0.4, 0.5, 1].map(leftOf)).toEqual([0, 20, 50, 100])
  })
})

describe('padding', () => {
  it('R49 lies around what the box gives, and the result within the bounds', () => {
    const padding = { top: 1, right: 20, bottom: 300, left: 4 }
    const bounds = { width: 2000, height: 2000 }
    const fits = fc.constantFrom('clip', 'crop', 'canvas', 'cover')
    fc.assert(
      fc.property(anySource, anyBox, fits, (source, box, fit) => {
        fc.pre(box.width <= 1976 && box.height <= 1699)
        const room = { width: 1976, height: 1699 }
        const inner = planRender(source, framed(box, fit), room)
        const { result, canvas, scaled } = planRender(
          source,
          { ...framed(box, fit), padding },
          bounds,
        )
        expect(result).toEqual({
          width: inner.result.width + 24,
          height: inner.result.height + 301,
        })
        expect(isWithin(result, bounds)).toBe(true)
        expect(scaled).toEqual(inner.scaled)
        const { left, top } = inner.canvas ?? { left: 0, top: 0 }
        expect(canvas).toEqual({ ...result, left: left + 4, top: top + 1 })
      }),
      { numRuns: 1000 },
    )
  })
})

describe('enlarge=false', () => {
  const still = { enlarge: false } as const

  it('never scales an image up, whatever the fit', () => {
    fc.assert(
      fc.property(
        anySource,
        anyBox,
        fc.constantFrom('clip', 'crop', 'canvas', 'cover'),
        (source, box, fit) => {
          const { scaled, preCrop } = planRender(
            source,
            { ...framed(box, fit), ...still },
            unbounded,
          )
          expect(isWithin(scaled, preCrop ?? source)).toBe(true)
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('changes nothing for an image that is scaled down', () => {
    fc.assert(
      fc.property(
        anySource,
        anyBox,
        fc.constantFrom('clip', 'crop', 'canvas', 'cover'),
        (source, box, fit) => {
          const usual = planRender(source, framed(box, fit), unbounded)
          fc.pre(isWithin(usual.scaled, usual.preCrop ?? source))
          expect(planRender(source, { ...framed(box, fit), ...still }, unbounded)).toEqual(usual)
        },
      ),
      { numRuns: 1000 },
    )
  })

  it.each([
    ['clip', { width: 60, height: 40 }],
    ['cover', { width: 60, height: 40 }],
    ['crop', { width: 40, height: 40 }],
    ['canvas', { width: 100, height: 100 }],
  ] as const)('%s brings 60 x 40 px into a box of 100 x 100 px as %j', (fit, size) => {
    const plan = planRender(
      { width: 60, height: 40 },
      { ...framed({ width: 100, height: 100 }, fit), ...still },
      unbounded,
    )
    expect(plan.result).toEqual(size)
    expect(plan.scaled).toEqual({ width: 60, height: 40 })
  })
})
