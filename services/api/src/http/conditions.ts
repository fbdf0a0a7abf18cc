import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'

/**
 * Returns the headers that decide whether an answer is 304. `Cache-Control` is left out, since it is for caches (RFC 9111,
 * 5.2.1.4): clients such as fetch in Node send `no-cache` with every If-None-Match.
 */
export function conditionsOf(req: IncomingMessage): IncomingHttpHeaders {
  const { 'cache-control': _ignored, ...conditions } = req.headers
  return conditions
}
