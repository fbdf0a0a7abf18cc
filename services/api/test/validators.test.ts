import { describe, expect, it } from '@jest/globals'
import { digestOf } from '@iaas/common/digest'
import { variantKey } from '@iaas/common/image'
import { makeVariant } from '@iaas/testing/variants'
import { renderRevision, validatorsOf } from '../src/validators.ts'

const variant = makeVariant()
const original = { modifiedAt: new Date('2025-01-02T03:04:05Z') }

describe('the validators of a variant', () => {
  it('R35 change with the render revision, by tag and by date', () => {
    const next = { number: renderRevision.number + 1, releasedAt: new Date('2030-01-01') }
    const [now, later] = [validatorsOf(variant, original), validatorsOf(variant, original, next)]
    expect(later.etag).not.toBe(now.etag)
    expect(later.lastModified).toEqual(next.releasedAt)
    expect(now.lastModified).toEqual(renderRevision.releasedAt)
  })

  it('R35 are none that a build without a revision has sent', () => {
    const earlier = `${variantKey(variant)}@${original.modifiedAt.getTime()}`
    expect(validatorsOf(variant, original).etag).not.toBe(`"${digestOf(earlier).slice(0, 32)}"`)
  })

  it('have the time of an original that is newer than the revision', () => {
    const modifiedAt = new Date(renderRevision.releasedAt.getTime() + 1000)
    expect(validatorsOf(variant, { ...original, modifiedAt }).lastModified).toEqual(modifiedAt)
  })

  it('change with the focal point of a variant that is cropped around it', () => {
    const tags = [undefined, { x: 0.3, y: 0.4 }, { x: 0.34, y: 0 }].map(
      (focal) => validatorsOf(variant, { ...original, focal }).etag,
    )
    expect(new Set(tags).size).toBe(3)
    expect(tags[0]).toBe(validatorsOf(variant, original).etag)
  })

  it('are the same for the same variant of the same original', () => {
    expect(validatorsOf({ ...variant }, { ...original })).toEqual(validatorsOf(variant, original))
    expect(validatorsOf(variant, undefined).lastModified).toBeUndefined()
  })
})
