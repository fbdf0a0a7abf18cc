import {
  type Policy,
  type SizedRequest,
  type Variant,
  formatVariantUrl,
  isUndecided,
  parseImageUrl,
  toVariant,
  variantKey,
} from '@iaas/common/image'
import { makeVariant } from '@iaas/testing/variants'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { anyCover, anyRequest } from './_arbitraries.ts'

const policy: Policy = {
  bounds: { width: 2000, height: 2000 },
  webpOptIn: true,
  webpSwitch: true,
}

function read(url: string): Variant {
  const mark = url.includes('?') ? url.indexOf('?') : url.length
  const request = parseImageUrl(url.slice(0, mark), new URLSearchParams(url.slice(mark + 1)))
  expect(request.kind).toBe('sized')
  const { scale } = request as SizedRequest
  expect(scale).toBe(1)
  expect(isUndecided(request as SizedRequest, policy, [])).toBe(false)
  return toVariant(request as SizedRequest, policy, [])
}

describe('the address of a variant', () => {
  it('gives the variant, for every option, format, size and id', () => {
    const request = fc.oneof(anyRequest, anyCover)
    fc.assert(
      fc.property(request, fc.boolean(), (asked, isFree) => {
        const box = {
          width: 1 + (asked.width % 600),
          height: isFree ? 0 : 1 + (asked.height % 600),
        }
        const variant = toVariant({ ...asked, ...box }, policy, [])
        const again = read(formatVariantUrl(variant))
        expect(variantKey(again)).toBe(variantKey(variant))
        expect(again).toEqual(variant)
      }),
      { numRuns: 2000 },
    )
  })

  it('has no option at its default, and escapes the id', () => {
    expect(formatVariantUrl(makeVariant({ id: 'a b&c' as never, width: 10, height: 0 }))).toBe(
      '/a%20b%26c_10_0.jpg',
    )
    expect(formatVariantUrl(makeVariant({ id: 'a' as never, fit: 'crop', quality: 5 }))).toMatch(
      /^\/a_\d+_\d+\.jpg\?fit=crop&quality=5$/,
    )
  })
})
