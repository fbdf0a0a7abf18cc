import { renditionDigest } from '@iaas/common/digest'
import { parseImageId } from '@iaas/common/image'
import { digestOfKey, variantOfKey } from '@iaas/common/object-digest'
import { createObjectKeys } from '@iaas/common/object-keys'
import { makeVariant } from '@iaas/testing/variants'
import { describe, expect, it } from '@jest/globals'

const id = parseImageId('a photo')
const renderedAt = 1_764_000_000_000
const plain = makeVariant({ id, width: 400, height: 300, format: 'webp' })
const cropped = makeVariant({ id, width: 40, fit: 'crop', blur: true, quality: 80 })

describe('the key of an object', () => {
  it.each([
    ['a hash', undefined, plain, 0],
    ['a hash of a later epoch', undefined, cropped, 12],
    ['a name', 'secret', plain, 0],
    ['a name with options', 'secret', cropped, 0],
    ['a name of a later epoch', 'secret', cropped, 12],
  ])(
    'R78 in the form of %s tells where its rendition lay in the spool',
    (_, secret, variant, epoch) => {
      const rendition = { variant, renderedAt, epoch }
      const key = createObjectKeys(secret).of(rendition)
      expect(digestOfKey(key, id)).toBe(renditionDigest(rendition))
    },
  )

  it('tells no variant of another image, nor one whose options are hashed', () => {
    const keys = createObjectKeys('secret')
    const key = keys.of({ variant: plain, renderedAt })
    expect(variantOfKey(key, id)).toEqual(plain)
    expect(variantOfKey(key, parseImageId('another'))).toBeUndefined()
    const long = makeVariant({ id, text: 'x'.repeat(200) })
    expect(digestOfKey(keys.of({ variant: long, renderedAt }), id)).toBeUndefined()
  })
})
