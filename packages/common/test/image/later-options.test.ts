import {
  defaultVariantOptions as defaults,
  formatLaterOptions,
  parseLaterOptions,
} from '@iaas/common/image'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { anyOptions } from './_arbitraries.ts'

/** Treated as if they had been added later. */
const keys = ['fit', 'blur', 'quality'] as const

describe('options that were added to the table later', () => {
  it('are read back from their text, defaults filled in', () => {
    fc.assert(
      fc.property(anyOptions, ({ fit, blur, quality }) => {
        const options = { fit, blur, quality }
        const text = formatLaterOptions({ ...defaults, ...options }, keys)
        expect(parseLaterOptions(text, keys)).toEqual(options)
      }),
    )
  })

  it('have no text while they have their defaults, so that keys stay what they were', () => {
    expect(formatLaterOptions(defaults, keys)).toBe('')
    expect(formatLaterOptions({ ...defaults, blur: true, quality: 7 }, keys)).toBe(
      'blur=true&quality=7',
    )
  })

  it.each(['gravity=smart', 'blur=maybe', '~0f', 'blur', '&'])(
    'are unknown in the text %j of another release',
    (text) => {
      expect(parseLaterOptions(text, keys)).toBeUndefined()
    },
  )
})
