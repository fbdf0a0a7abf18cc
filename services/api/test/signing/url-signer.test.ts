import { createHmac } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { createUrlSigner } from '../../src/signing/url-signer.ts'

const key = 'a key that nobody knows'
const older = 'the key of last year ...'
const refusal = { code: 'SIGNATURE_INVALID' }
const now = () => 1_800_000_000_000
const signer = createUrlSigner([key, older], now)
const verify = (target: string) => () => signer.verify(target)

describe('signed addresses', () => {
  it('are what anyone makes with HMAC-SHA256 of all that stands before the signature', () => {
    const text = '/photo_100_100.jpg?fit=crop'
    const signature = createHmac('sha256', key).update(text).digest('base64url')
    expect(signer.sign(text)).toBe(`${text}&s=${signature}`)
    expect(verify(`${text}&s=${signature}`)).not.toThrow()
  })

  it('are signed behind a host by what will stand in the request line', () => {
    expect(signer.sign('https://cdn.example/a/b.jpg', 1_900_000_000)).toBe(
      `https://cdn.example${signer.sign('/a/b.jpg', 1_900_000_000)}`,
    )
  })

  it('R41 have one spelling: no other character stands for the last one', () => {
    const signed = signer.sign('/photo_100_100.jpg')
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const good = Array.from(alphabet).filter((last) => {
      try {
        signer.verify(signed.slice(0, -1) + last)
        return true
      } catch {
        return false
      }
    })
    expect(good).toEqual([signed.at(-1)])
  })

  it('are good as they were signed, and in no other way', () => {
    const target = fc
      .tuple(fc.webPath(), fc.constantFrom('', '?fit=crop', '?a=1&b=2'))
      .map(([path, query]) => `/x${path}${query}`)
    fc.assert(
      fc.property(target, fc.nat(), fc.integer({ min: 33, max: 126 }), (text, at, code) => {
        const signed = signer.sign(text)
        expect(verify(signed)).not.toThrow()
        const index = at % signed.length
        const changed = `${signed.slice(0, index)}${String.fromCodePoint(code)}${signed.slice(index + 1)}`
        if (changed === signed) return
        expect(verify(changed)).toThrow(expect.objectContaining(refusal))
      }),
      { numRuns: 1000 },
    )
  })

  it.each([
    '/photo_100_100.jpg',
    '/photo_100_100.jpg?s=',
    '/photo_100_100.jpg?s=short',
    `/photo_100_100.jpg?s=${'A'.repeat(43)}`,
    `${signer.sign('/photo_100_100.jpg')}&fit=crop`,
    `${signer.sign('/photo_100_100.jpg')}&s=${'A'.repeat(43)}`,
  ])('refuses %s', (target) => {
    expect(verify(target)).toThrow(expect.objectContaining(refusal))
  })

  it('are good with each of the keys that are alive, and signed with the first', () => {
    const withOlder = createUrlSigner([older], now).sign('/photo_1_1.jpg')
    expect(verify(withOlder)).not.toThrow()
    expect(() => createUrlSigner([key], now).verify(withOlder)).toThrow(
      expect.objectContaining(refusal),
    )
    expect(() => createUrlSigner([key], now).verify(signer.sign('/photo_1_1.jpg'))).not.toThrow()
  })

  it.each(['?expires=1800000060000', '?expires=soon', '?expires=1800000060&fit=crop', '?expires='])(
    'are not good with an expiry that is none: %s',
    (query) => {
      expect(verify(signer.sign(`/photo_1_1.jpg${query}`))).toThrow(
        expect.objectContaining(refusal),
      )
    },
  )

  it('end at their expiry, which is signed as well', () => {
    const soon = signer.sign('/photo_1_1.jpg', 1_800_000_060)
    expect(signer.verify(soon)).toBe(1_800_000_060)
    expect(verify(soon.replace('expires=1800000060', 'expires=1900000060'))).toThrow(
      'The signature does not fit',
    )
    expect(verify(signer.sign('/photo_1_1.jpg?fit=crop', 1_799_999_999))).toThrow(
      'The address has expired.',
    )
    expect(signer.verify(signer.sign('/photo_1_1.jpg'))).toBeUndefined()
  })
})
