import { addressOf, createCdn, toLink } from '@iaas/common/cdn'
import { objectKey } from '@iaas/common/digest'
import { createObjectKeys } from '@iaas/common/object-keys'
import { makeVariant } from '@iaas/testing/variants'
import { describe, expect, it } from '@jest/globals'

const rendition = { variant: makeVariant(), renderedAt: 1_764_000_000_000 }
const plain = objectKey(rendition.variant, rendition.renderedAt)
const named = createObjectKeys('a secret that all services share').of(rendition)
const bases = ['https://cdn.example/', 'https://cdn.example/images/small/', '/_variants/']

describe.each(bases.flatMap((base) => [plain, named].map((key) => [base, key] as const)))(
  'a CDN at %s with an object %s',
  (base, key) => {
    const cdn = createCdn(base)
    const address = `${base}${key}`

    it('makes the address of an object, and reads its key from it', () => {
      expect(addressOf({ key }, cdn)).toBe(address)
      expect(toLink(address, cdn)).toEqual({ key })
    })

    it('reads a key whatever the host that it was recorded with', () => {
      const earlier = `https://earlier.example${address.replace(/^https?:\/\/[^/]+/, '')}`
      expect(addressOf(toLink(earlier, cdn), cdn)).toBe(address)
    })

    it.each([
      '',
      base,
      key,
      `https://elsewhere.example/other-folder/${key}`,
      `${base}../${key}`,
      `${address}/..`,
      `${address}?x=1`,
      `${address}\n`,
      `${base}${key.toUpperCase()}`,
      `${base}etc/passwd`,
      address.replace('.jpg', '.exe'),
    ])('takes %j for no object of its own, and answers it as it is', (stranger) => {
      expect(toLink(stranger, cdn)).toEqual({ address: stranger })
      expect(addressOf(toLink(stranger, cdn), cdn)).toBe(stranger)
    })
  },
)

/** Form of the keys that the build before the named keys knows. */
const knownBefore =
  /^([\da-f]{2})\/([\da-f]{2})\/\1\2[\da-f]{60}-[\da-z]{1,11}\.(?:jpg|png|webp|gif|avif)$/

describe('a key that names its variant', () => {
  it('is none to the previous build, which therefore answers its address as it is', () => {
    expect(knownBefore.test(plain)).toBe(true)
    expect(knownBefore.test(named)).toBe(false)
  })

  it('fits the path pattern of the documented distribution', () => {
    expect(`/${named}`).toMatch(/^\/..\/..\/.*$/)
  })
})
