import {
  defaultVariantOptions as defaults,
  formatLaterOptions,
  parseLaterOptions,
  variantOptionKeys,
} from '@iaas/common/image'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { anyOptions } from './_any-options.ts'

/** Options with a column of their own. */
const { fit } = defaults

describe('options that were added to the table later', () => {
  it('are read back from their text, defaults filled in', () => {
    fc.assert(
      fc.property(anyOptions, (options) => {
        const bytes = Object.fromEntries(variantOptionKeys.map((key) => [key, options[key]]))
        expect(parseLaterOptions(formatLaterOptions(options))).toEqual({
          ...bytes,
          fit,
          quality: typeof options.quality === 'number' ? 'auto' : options.quality,
          // `blur=true` has a column, a sigma has none.
          blur: options.blur === true ? false : options.blur,
        })
      }),
    )
  })

  it('have no text while they have their defaults, so that keys stay what they were', () => {
    expect(formatLaterOptions(defaults)).toBe('')
    expect(formatLaterOptions({ ...defaults, fit: 'crop', blur: true, quality: 7 })).toBe('')
    expect(formatLaterOptions({ ...defaults, gravity: { x: 0, y: 0.25 }, enlarge: false })).toBe(
      'gravity=0%2C0.25&enlarge=false',
    )
  })

  it.each([
    'unknown=1',
    'enlarge=maybe',
    'enlarge=true',
    'gravity=0.5%2C0.5',
    'enlarge=false&gravity=north',
    'enlarge=false&enlarge=false',
    'fit=crop',
    '~0f',
    'blur',
    '&',
  ])('are unknown in the text %j of another release', (text) => {
    expect(parseLaterOptions(text)).toBeUndefined()
  })
})
