import type { ServerResponse } from 'node:http'
import type { HeaderList } from './headers.ts'

/**
 * Redirects to another address of the same image with 307, since the method and the resource stay the same.
 *
 * @param headers those of the answer, to which its own are added
 * @param maxAge TTL of the redirect, s
 */
export function redirect(
  res: ServerResponse,
  headers: HeaderList,
  location: string,
  maxAge: number,
): void {
  headers.push(
    'Location',
    toHeaderValue(location),
    'Cache-Control',
    `max-age=${maxAge}`,
    'Content-Length',
    '0',
  )
  res.writeHead(307, headers).end()
}

/** Matches characters that a header or an address must not contain. */
const unsafe = /[^\x21-\x7e]/
const eachUnsafe = new RegExp(`${unsafe.source}+`, 'gu')

/** An address that may stand in a header as it is. */
export type HeaderValue = string & { readonly __brand: 'HeaderValue' }

/** Encodes an address for a header: links of the legacy iaas contain raw ids in any script. */
export function toHeaderValue(address: string): HeaderValue {
  if (!unsafe.test(address)) return address as HeaderValue
  const encoded = address.replace(eachUnsafe, (text) =>
    Buffer.from(text).toString('hex').replace(/../g, '%$&').toUpperCase(),
  )
  return encoded as HeaderValue
}
