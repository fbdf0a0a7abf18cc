import { addressOf, createCdn, toLink } from '@iaas/common/cdn'
import { objectKey } from '@iaas/common/digest'
import { makeVariant } from '@iaas/testing/variants'
import { describe, expect, it } from '@jest/globals'

const key = objectKey(makeVariant(), 1_764_000_000_000)

describe.each(['https://cdn.example/', 'https://cdn.example/images/small/', '/_variants/'])(
  'a CDN at %s',
  (base) => {
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
