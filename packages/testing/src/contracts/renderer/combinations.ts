import { describe, expect, it } from '@jest/globals'
import {
  type PlacedWatermark,
  type Size,
  isWithin,
  parseImageUrl,
  planWithin,
  toVariant,
  variantFormats,
  viewOf,
} from '@iaas/common/image'
import fc from 'fast-check'
import sharp from 'sharp'
import { makePhoto } from '../../images/make-photo.ts'
import { type Studio, contractBounds } from './studio.ts'
import { watermarkOf } from './watermarks.ts'

/** Values of every option that changes the bytes. */
const choices = [
  ['fit=crop', 'fit=canvas', 'fit=cover'],
  ['gravity=north', 'gravity=0.2,0.9', 'gravity=smart', 'gravity=focal'],
  ['rect=5,5,20,30', 'rect=0.25,0.0,0.5,1.0'],
  ['rotate=90', 'rotate=180', 'rotate=270'],
  ['flip=horizontal', 'flip=both'],
  ['enlarge=false'],
  ['padding=7', 'padding=1,2,3,40'],
  ['brightness=1.3', 'contrast=0.5', 'hue=90'],
  ['saturation=2', 'grayscale=true', 'negate=true'],
  ['blur=true', 'blur=2', 'blur=40'],
  ['sharpen=true', 'sharpen=3'],
  ['pixelate=5'],
  ['background=336699', 'background=33669980', 'background=transparent'],
  ['background=blur', 'background=auto'],
  ['radius=5', 'radius=max'],
  ['watermark=logo', 'watermark=logo,0.2,0.9,0.5,1', 'watermark=tiles'],
  ['text=Text&text_size=30', 'text=%3Cb%3E%26&text_background=00000080&text_gravity=south'],
  ['quality=50', 'quality=high'],
] as const

const side = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 200 }))
const size = fc.record({ width: side, height: side })
const combination = fc
  .subarray([...choices], { minLength: 3, maxLength: 3 })
  .chain((picked) => fc.tuple(...picked.map((values) => fc.constantFrom<string>(...values))))
const box = fc.oneof(
  fc.tuple(side, side),
  fc.tuple(fc.constant(0), side),
  fc.tuple(side, fc.constant(0)),
)

const overlay = await makePhoto({ width: 37, height: 20, format: 'png', alpha: true })

function findWatermark(name: string): PlacedWatermark {
  const repeat = name === 'tiles'
  return { ...watermarkOf(overlay), margin: 9, scale: 0.3, repeat }
}

/** Returns a variant of an address; undefined if the address is refused. */
function variantOf(address: string) {
  const [path = '', query] = address.split('?')
  const names = new URLSearchParams(query)
  if (new Set(names.keys()).size !== [...names.keys()].length) return undefined
  const request = parseImageUrl(path, names)
  if (request.kind !== 'sized') throw new Error(`${address} has no size.`)
  const policy = { bounds: contractBounds, webpOptIn: false, webpSwitch: false, findWatermark }
  return toVariant(request, policy, [])
}

function planOf(source: Size, variant: NonNullable<ReturnType<typeof variantOf>>) {
  try {
    return planWithin(viewOf(source, variant).size, variant, contractBounds)
  } catch {
    return undefined
  }
}

export function describeCombinations(studio: Studio): void {
  describe('options together', () => {
    it('R49 have exactly the planned size within the bounds, for any three options, image and box', async () => {
      const format = fc.constantFrom(...variantFormats)
      const picture = fc.record({ alpha: fc.boolean(), format: fc.constantFrom('png', 'jpeg') })
      await fc.assert(
        fc.asyncProperty(
          size,
          picture,
          box,
          format,
          combination,
          async (source, kind, [w, h], end, options) => {
            const variant = variantOf(`/a_${w}_${h}.${end}?${options.join('&')}`)
            if (variant === undefined) return
            const plan = planOf(source, variant)
            if (plan === undefined) return
            expect(isWithin(plan.result, contractBounds)).toBe(true)
            const alpha = kind.alpha && kind.format === 'png'
            const bytes = await studio.render(
              await makePhoto({ ...source, ...kind, alpha } as const),
              variant,
              undefined,
              overlay,
            )
            const { width, height } = await sharp(bytes).metadata()
            expect({ width, height }).toEqual(plan.result)
          },
        ),
        { numRuns: 60, endOnFailure: true },
      )
    })
  })
}
