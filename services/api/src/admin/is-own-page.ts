import type { IncomingMessage } from 'node:http'

/** Returns true for the methods that change nothing. */
export function isRead({ method }: Pick<IncomingMessage, 'method'>): boolean {
  return method === 'GET' || method === 'HEAD'
}

/**
 * Returns false if a page of another origin sent the request: browsers send the credentials with it. They send
 * `Sec-Fetch-Site` to HTTPS and localhost only, and `Origin` with every change. Tools send neither.
 */
export function isOwnPage({ headers }: IncomingMessage): boolean {
  const { 'sec-fetch-site': site, origin, host } = headers
  if (site !== undefined) return site === 'same-origin'
  if (origin === undefined) return true
  return URL.canParse(origin) && new URL(origin).host === host
}
