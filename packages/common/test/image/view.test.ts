import { degrees, parseRect, viewOf } from '@iaas/common/image'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { anyRect } from './_any-options.ts'
import { anySource } from './_arbitraries.ts'
import { codeOf, refusalOf } from './_refusals.ts'

const source = { width: 600, height: 400 }

function regionOf(text: string) {
  return viewOf(source, { rect: parseRect(text), rotate: 0 }).region
}

describe('the view of an original', () => {
  it.each([
    ['10,20,300,200', { left: 10, top: 20, width: 300, height: 200 }],
    ['500,300,300,200', { left: 500, top: 300, width: 100, height: 100 }],
    ['0.5,0.25,0.5,0.5', { left: 300, top: 100, width: 300, height: 200 }],
    ['0.5,0.5,1.0,1.0', { left: 300, top: 200, width: 300, height: 200 }],
    ['0.0,0.0,0.001,0.001', { left: 0, top: 0, width: 1, height: 1 }],
    ['0.999,0.999,0.001,0.001', { left: 599, top: 399, width: 1, height: 1 }],
  ])('R51 cuts rect=%s to the image', (text, region) => {
    expect(regionOf(text)).toEqual(region)
  })

  it.each(['600,0,1,1', '0,400,9,9', '65500,65500,1,1'])(
    'R51 refuses rect=%s, which lies outside, and names the option and the size',
    (text) => {
      const error = refusalOf(() => regionOf(text))
      expect(error?.code).toBe('INVALID_OPTION')
      expect(error?.message).toContain('"rect"')
      expect(error?.message).toContain('600 x 400 px')
    },
  )

  it('R51 lies within the image and has a pixel, or the rectangle is refused', () => {
    fc.assert(
      fc.property(anySource, anyRect, fc.constantFrom(...degrees), (image, rect, rotate) => {
        const look = () => viewOf(image, { rect, rotate })
        if (codeOf(look) === 'INVALID_OPTION') {
          expect(rect.unit === 'px' && (rect.left >= image.width || rect.top >= image.height)).toBe(
            true,
          )
          return
        }
        const { region, size } = look()
        expect(Math.min(region.left, region.top)).toBeGreaterThanOrEqual(0)
        expect(Math.min(region.width, region.height)).toBeGreaterThanOrEqual(1)
        expect(region.left + region.width).toBeLessThanOrEqual(image.width)
        expect(region.top + region.height).toBeLessThanOrEqual(image.height)
        const sides = [region.width, region.height]
        expect([size.width, size.height]).toEqual(rotate % 180 === 0 ? sides : sides.toReversed())
      }),
      { numRuns: 1000 },
    )
  })
})
