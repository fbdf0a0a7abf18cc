import { createHmac, timingSafeEqual } from 'node:crypto'
import { AppError } from '@iaas/common/errors'

/** Signs and verifies addresses by HMAC-SHA256 (RFC 2104); see docs/url-grammar.md. */
export type UrlSigner = {
  /**
   * @param target path and query, as they stand in the request line
   * @returns when the address expires, seconds since the epoch; undefined: never
   * @throws AppError SIGNATURE_INVALID if no key has signed it, or it has expired
   */
  verify(target: string): number | undefined
  /**
   * Returns the address signed, with an expiry if one is given.
   *
   * @param address a target, or a whole address, whose request target is signed
   * @param expires seconds since the epoch
   */
  sign(address: string, expires?: number): string
}

/** Validity of an address that does not expire, s. */
export const forGood = Number.POSITIVE_INFINITY

/** Returns the remaining validity of an address that expires then (seconds since the epoch), s. */
export function lifetimeOf(expires: number | undefined): number {
  return expires === undefined ? forGood : expires - Math.floor(Date.now() / 1000)
}

/** Matches the signature in base64url at the end of an address. Everything before it is signed. */
const signaturePattern = /^(.*)([?&])s=([\w-]{43})$/
const expiresPattern = /[?&]expires=(\d{1,12})$/
const anyExpires = /[?&]expires=/
const originPattern = /^https?:\/\/[^/]+/

/**
 * @param keys the first key signs and all keys verify, so that keys can be rotated while addresses are in use
 * @param now ms since the epoch
 */
export function createUrlSigner(
  keys: readonly [string, ...string[]],
  now: () => number,
): UrlSigner {
  return {
    verify(target) {
      const [, text = '', separator, signature = ''] = signaturePattern.exec(target) ?? []
      if (separator !== separatorAfter(text)) throw invalid('The address is not signed.')
      // Compares texts, not bytes: base64url has four spellings of the same bytes, and only one is the signature.
      const given = Buffer.from(signature)
      // Tries all keys in any case, so that the time reveals nothing.
      const fits = keys.map((key) => timingSafeEqual(Buffer.from(signatureOf(key, text)), given))
      if (!fits.includes(true)) throw invalid('The signature does not fit the address.')
      const expires = expiresPattern.exec(text)?.[1]
      if (expires === undefined) {
        // An address that was meant to expire must not be valid for ever.
        if (anyExpires.test(text))
          throw invalid('"expires" is seconds since 1970, right before "s".')
        return undefined
      }
      if (Number(expires) * 1000 < now()) throw invalid('The address has expired.')
      return Number(expires)
    },
    sign(address, expires) {
      const [origin] = originPattern.exec(address) ?? ['']
      const target = address.slice(origin.length)
      const text = expires === undefined ? target : append(target, `expires=${expires}`)
      return origin + append(text, `s=${signatureOf(keys[0], text)}`)
    },
  }
}

function signatureOf(key: string, text: string): string {
  return createHmac('sha256', key).update(text).digest('base64url')
}

function append(target: string, parameter: string): string {
  return `${target}${separatorAfter(target)}${parameter}`
}

function separatorAfter(target: string): '?' | '&' {
  return target.includes('?') ? '&' : '?'
}

function invalid(message: string): AppError {
  return new AppError('SIGNATURE_INVALID', message)
}
