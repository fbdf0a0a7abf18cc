import { describe, expect, it } from '@jest/globals'
import { fits, variantFormats } from '@iaas/common/image'
import { makeVariant } from '@iaas/testing/variants'
import { keyOfColumns, toColumns, toVariantOf } from '../../src/postgres/link-row.ts'

describe('the row of a link', () => {
  it('names the variant that it was made of, for every fit and format', () => {
    for (const fit of fits) {
      for (const format of variantFormats) {
        const variant = makeVariant({ fit, format })
        expect(toVariantOf(toColumns(variant))).toEqual(variant)
      }
    }
  })

  it('holds options without a column behind the fit, which earlier releases never query', () => {
    const variant = makeVariant({ fit: 'crop', gravity: { x: 0, y: 0.25 }, enlarge: false })
    expect(toColumns(variant).fit).toBe('crop?gravity=0%2C0.25&enlarge=false')
    expect(toVariantOf(toColumns(variant))).toEqual(variant)
    const named = makeVariant({ fit: 'crop', gravity: 'smart', quality: 'high' })
    expect(toColumns(named)).toMatchObject({ fit: 'crop?gravity=smart&quality=high', quality: -1 })
    expect(toVariantOf(toColumns(named))).toEqual(named)
    const blurred = makeVariant({ blur: 2.5 })
    expect(toColumns(blurred)).toMatchObject({ fit: 'clip?blur=2.5', blur: false })
    expect(toVariantOf(toColumns(blurred))).toEqual(blurred)
  })

  it.each(['image/png', 'image/webp'])(
    'names no variant if an earlier release recorded it for a canvas in %s',
    (file_type) => {
      const columns = toColumns(makeVariant({ fit: 'clip' }))
      expect(keyOfColumns({ ...columns, fit: 'canvas', file_type })).toBeUndefined()
    },
  )

  it('fits into the columns that the legacy iaas has made', () => {
    for (const fit of fits) {
      for (const format of variantFormats) {
        expect(toColumns(makeVariant({ fit, format })).fit.length).toBeLessThanOrEqual(8)
      }
    }
  })
})
