import { isDeepStrictEqual } from 'node:util'
import {
  type Colour,
  type Fit,
  type FontDigest,
  type Format,
  type Policy,
  type Quality,
  type SizedRequest,
  type Variant,
  defaultVariantOptions,
  fontOfDigest,
  formatOptions,
  formats,
  paramOf,
  parseImageId,
  parseImageUrl,
  toVariant,
  variantKey,
  variantOptionKeys,
} from '@iaas/common/image'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { anyRequest } from './_arbitraries.ts'
import { read } from './_bounding.ts'

const policy: Policy = {
  bounds: { width: 2000, height: 2000 },
  webpOptIn: true,
  webpSwitch: false,
}

const anyVariant = fc
  .tuple(anyRequest, fc.subarray<Format>(['webp']))
  .map(([request, accepted]) => toVariant(request, policy, accepted))

/** Variants of few kinds, so that equal ones are often met. */
const fewVariants: fc.Arbitrary<Variant> = fc
  .record({
    id: fc.constantFrom(...['a', 'b', 'a b', '1x1', 'sharp', 'v1'].map((id) => parseImageId(id))),
    width: fc.constantFrom(1, 11, 111),
    height: fc.constantFrom(1, 11, 111),
    fit: fc.constantFrom<Fit[]>('clip', 'crop'),
    format: fc.constantFrom<Format[]>('jpg', 'png'),
    blur: fc.boolean(),
    quality: fc.constantFrom<Quality[]>('auto', 0, 1, 11),
  })
  .map((variant) => Object.assign({}, defaultVariantOptions, variant))

function keyOf(path: string, query: Iterable<readonly [string, string]> = []): string {
  const request = parseImageUrl(path, query)
  if (request.kind !== 'sized') throw new Error(`${path} has no size.`)
  return variantKey(toVariant(request, policy, []))
}

/** A path with its parts spelled as the test wants them. */
function pathOf(request: SizedRequest, scale: number, extension: string): string {
  const suffix = scale === 1 ? '' : `_${scale}x`
  const [width, height] = [request.width / scale, request.height / scale]
  return `/${encodeURIComponent(request.id)}_${width}_${height}${suffix}.${extension}`
}

describe('variantKey', () => {
  it('is the same for options in any order, spelled out or left to their defaults', () => {
    const spelled = anyRequest.chain((request) => {
      const given = variantOptionKeys.filter((key) => request.options[key] !== undefined)
      const bytes = given.map(
        (key) => [paramOf(key).name, paramOf(key).format(request.options[key])] as const,
      )
      const others = [
        ['proxy', 'true'],
        ['allow_webp', 'false'],
        ['unknown', 'x'],
      ] as const
      const pairs = [...bytes, ...others]
      const shuffled = fc.shuffledSubarray(pairs, { minLength: pairs.length })
      return shuffled.map((query) => ({ request, query }))
    })
    fc.assert(
      fc.property(spelled, ({ request, query }) => {
        const path = pathOf(request, 1, request.format)
        expect(keyOf(path, query)).toBe(keyOf(path, formatOptions(request.options)))
      }),
    )
  })

  it('is the same for every spelling of an extension, in any letter case', () => {
    fc.assert(
      fc.property(anyRequest, (request) => {
        const { format } = request
        const extensions: readonly string[] =
          format === 'auto' ? [format] : formats[format].extensions
        const spellings = extensions.flatMap((extension) => [extension, extension.toUpperCase()])
        const keys = spellings.map((extension) => keyOf(pathOf(request, 1, extension)))
        expect(new Set(keys).size).toBe(1)
      }),
    )
    expect(keyOf('/a_1_1.JfIf')).toBe(keyOf('/a_1_1.jpg'))
  })

  it('is the same whether a scale is given apart or folded into the size', () => {
    const scales = fc.integer({ min: 1, max: 99 })
    const sides = fc.integer({ min: 1, max: 5000 })
    fc.assert(
      fc.property(anyRequest, scales, sides, sides, (request, scale, width, height) => {
        const folded = { ...request, width: width * scale, height: height * scale }
        expect(keyOf(pathOf(folded, scale, 'png'))).toBe(keyOf(pathOf(folded, 1, 'png')))
      }),
    )
  })

  it('is the same for both normal forms of an id', () => {
    expect(keyOf('/cafe%CC%81_1_1.jpg')).toBe(keyOf('/caf%C3%A9_1_1.jpg'))
  })

  it('tells ids apart by letter case and by spaces', () => {
    const names = ['a', 'A', 'a%20', '%20a', 'a.jpg']
    expect(new Set(names.map((name) => keyOf(`/${name}_1_1.jpg`))).size).toBe(names.length)
  })

  it('does not change with the quality of a PNG', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }), (quality) => {
        expect(keyOf('/a_1_1.png', [['quality', String(quality)]])).toBe(keyOf('/a_1_1.png'))
      }),
    )
  })

  it('changes with each field of a variant, and there is another value of each', () => {
    fc.assert(
      fc.property(anyVariant, anyVariant, (one, other) => {
        for (const field of Object.keys(one) as (keyof Variant)[]) {
          const changed = { ...one, [field]: other[field] }
          expect([field, variantKey(changed) === variantKey(one)]).toEqual([
            field,
            isDeepStrictEqual(other[field], one[field]),
          ])
        }
      }),
    )
    const base = toVariant(read('/a_1_2.jpg'), policy, [])
    const others: { readonly [Field in keyof Required<Variant>]: Variant[Field] } = {
      id: parseImageId('b'),
      width: 3,
      height: 3,
      fit: 'crop',
      gravity: { x: 0, y: 0.25 },
      frame: 1,
      rect: { unit: 'px', left: 1, top: 2, width: 3, height: 4 },
      rotate: 90,
      flip: 'horizontal',
      trim: 3,
      enlarge: false,
      padding: { top: 1, right: 2, bottom: 3, left: 4 },
      brightness: 2,
      contrast: 2,
      saturation: 2,
      hue: 2,
      grayscale: true,
      negate: true,
      sharpen: true,
      pixelate: 2,
      maxBytes: 1000,
      metadata: 'copyright',
      profile: 'p3',
      background: 'auto',
      radius: 'max',
      watermark: { name: 'logo' },
      text: 'text',
      textSize: 20,
      textFont: fontOfDigest('ab'.repeat(16) as FontDigest),
      textColor: '336699' as Colour,
      textGravity: { x: 0, y: 0 },
      textBackground: '336699' as Colour,
      format: 'webp',
      blur: true,
      quality: 50,
      animated: true,
    }
    expect(Object.keys(others).sort()).toEqual(Object.keys(base).sort())
    const keys = Object.entries(others).map(([field, value]) =>
      variantKey({ ...base, [field]: value }),
    )
    expect(new Set([variantKey(base), ...keys]).size).toBe(keys.length + 1)
  })

  it('has version 2 for a canvas in a format with alpha, and version 1 for all else', () => {
    fc.assert(
      fc.property(anyVariant, (variant) => {
        const isLater = variant.fit === 'canvas' && variant.format !== 'jpg'
        expect(variantKey(variant).split('/')[0]).toBe(isLater ? 'v2' : 'v1')
      }),
    )
    expect(keyOf('/a_1_2.png', [['fit', 'canvas']])).toBe('v2/png/canvas/1x2/sharp/qauto/a')
    expect(keyOf('/a_1_2.jpg', [['fit', 'canvas']])).toBe('v1/jpg/canvas/1x2/sharp/qauto/a')
  })

  it('is equal only for variants that are deeply equal', () => {
    const seen = new Set<boolean>()
    fc.assert(
      fc.property(fewVariants, fewVariants, (one, other) => {
        const isEqual = isDeepStrictEqual(one, other)
        expect(variantKey(one) === variantKey(other)).toBe(isEqual)
        seen.add(isEqual)
      }),
      { numRuns: 20_000, seed: 1 },
    )
    expect(seen.size).toBe(2)
  })

  it('is not misled by an id that looks like the fields before it', () => {
    const id = parseImageId('v1-jpg-clip-1x1-sharp-qauto')
    const base = toVariant(read('/a_1_1.jpg'), policy, [])
    expect(variantKey({ ...base, id })).toBe(`v1/jpg/clip/1x1/sharp/qauto/${id}`)
  })
})
