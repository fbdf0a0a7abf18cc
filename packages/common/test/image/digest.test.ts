import {
  digestOf,
  objectKey,
  originalPath,
  parseObjectKey,
  variantDigest,
} from '@iaas/common/digest'
import { parseImageId } from '@iaas/common/image'
import { makeVariant } from '@iaas/testing/variants'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { anyId } from './_arbitraries.ts'

const anyTime = fc.integer({ min: 0, max: 8.64e15 })

describe('digestOf', () => {
  it('is the SHA-256 of the UTF-8 bytes', () => {
    // The example of FIPS 180-4 for a message of one block.
    expect(digestOf('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
    expect(digestOf('é')).toBe('4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c')
  })
})

describe('originalPath', () => {
  it('R4 is made of the hash alone, in folders of its beginning', () => {
    fc.assert(
      fc.property(anyId, (id) => {
        expect(originalPath(id)).toMatch(/^([\da-f]{2})\/([\da-f]{2})\/\1\2[\da-f]{60}$/)
      }),
    )
  })

  it('R3 tells ids apart that a file system may not', () => {
    const paths = ['a', 'A', 'a ', 'a.', 'con', 'CON'].map((id) => originalPath(parseImageId(id)))
    expect(new Set(paths).size).toBe(paths.length)
  })
})

describe('objectKey', () => {
  it('is what parseObjectKey accepts', () => {
    fc.assert(
      fc.property(anyId, anyTime, fc.constantFrom('jpg', 'png', 'webp'), (id, time, format) => {
        const key = objectKey(makeVariant({ id, format }), time)
        expect(parseObjectKey(key)).toBe(key)
      }),
    )
  })

  it('is the same for a variant rendered once and another for each other variant and time', () => {
    const variant = makeVariant()
    const keys = [
      objectKey(variant, 1),
      objectKey({ ...variant }, 1),
      objectKey(variant, 2),
      objectKey({ ...variant, blur: true }, 1),
      objectKey({ ...variant, format: 'png' }, 1),
    ]
    expect(keys[0]).toBe(keys[1])
    expect(new Set(keys).size).toBe(4)
    expect(keys[0]).toContain(variantDigest(variant))
  })
})

describe('parseObjectKey', () => {
  const key = objectKey(makeVariant(), 1)

  it.each([
    ['a climb', `../${key}`],
    ['a leading slash', `/${key}`],
    ['a folder that is not of the hash', key.replace(/^../, 'zz')],
    ['another extension', key.replace('.jpg', '.svg')],
    ['upper case', key.toUpperCase()],
    ['a line after it', `${key}\n`],
    ['nothing', ''],
  ])('refuses %s', (_, text) => {
    expect(parseObjectKey(text)).toBeUndefined()
  })

  it('refuses whatever objectKey did not make', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(parseObjectKey(text)).toBeUndefined()
      }),
    )
  })
})
