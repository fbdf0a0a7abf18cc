import type { ServerResponse } from 'node:http'
import type { HeaderList } from './headers.ts'

/**
 * Redirects to another address of the same picture: 307, since what is asked for stays what it is.
 *
 * @param headers those of the answer, to which its own are added
 * @param maxAge how long it may be remembered, s
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

/** What an address has in it that no header may carry, or no address. */
const unsafe = /[^\x21-\x7e]/
const eachUnsafe = new RegExp(`${unsafe.source}+`, 'gu')

/** An address as a header carries it: the links of the seed have ids in them as they were, in any script. */
export function toHeaderValue(address: string): string {
  if (!unsafe.test(address)) return address
  return address.replace(eachUnsafe, (text) =>
    Buffer.from(text).toString('hex').replace(/../g, '%$&').toUpperCase(),
  )
}
