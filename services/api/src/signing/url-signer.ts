import { createHmac, timingSafeEqual } from 'node:crypto'
import { AppError } from '@iaas/common/errors'

/** Signs addresses, and checks them, by HMAC-SHA256 (RFC 2104): docs/url-grammar.md. */
export type UrlSigner = {
  /**
   * @param target path and query, as they stand in the request line
   * @returns when the address expires, seconds since the epoch; undefined: never
   * @throws AppError SIGNATURE_INVALID where it is not signed by one of the keys, or has expired
   */
  verify(target: string): number | undefined
  /**
   * The same address, signed, with an expiry where one is given.
   *
   * @param address a target, or a whole address: then what of it will stand in the request line is signed
   * @param expires seconds since the epoch
   */
  sign(address: string, expires?: number): string
}

/** How long an address that does not expire is good, s. */
export const forGood = Number.POSITIVE_INFINITY

/** How long an address is good that expires then (seconds since the epoch), s. */
export function lifetimeOf(expires: number | undefined): number {
  return expires === undefined ? forGood : expires - Math.floor(Date.now() / 1000)
}

/** What an address ends with: the signature, in base64url. What stands before it is what is signed. */
const signaturePattern = /^(.*)([?&])s=([\w-]{43})$/
const expiresPattern = /[?&]expires=(\d{1,12})$/
const anyExpires = /[?&]expires=/
const originPattern = /^https?:\/\/[^/]+/

/**
 * @param keys the first signs, all of them are good for checking, so that keys can be changed while addresses are in use
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
      // The texts are compared: base64url has four spellings of the same bytes, and one of them is the signature.
      const given = Buffer.from(signature)
      // All keys are tried, whichever fits: the time tells nothing of them.
      const fits = keys.map((key) => timingSafeEqual(Buffer.from(signatureOf(key, text)), given))
      if (!fits.includes(true)) throw invalid('The signature does not fit the address.')
      const expires = expiresPattern.exec(text)?.[1]
      if (expires === undefined) {
        // What was meant to end must not be good for ever.
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
