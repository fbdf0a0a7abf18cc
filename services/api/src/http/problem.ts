import type { ServerResponse } from 'node:http'
import { type ErrorCode, type RateLimit, errorCatalogue, isAppError } from '@iaas/common/errors'

/** RFC 9457. */
export type Problem = {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly instance: string
}

/** How long a client that was told 503 waits before it comes again, where nothing is known of when, s. */
const usualRetryAfterSeconds = 1

/** Of the secret of /token: no answer is 401 without a challenge (RFC 9110, 15.5.2), and browsers have no dialog for this one. */
const challenge = 'Secret realm="token"'

/** What a client that was turned away is told of when to come again. */
export function retryHeaders(error: unknown): Readonly<Record<string, string>> {
  if (!isAppError(error) || error.retryAfterSeconds === undefined) return {}
  const retryAfter = { 'Retry-After': `${error.retryAfterSeconds}` }
  return error.rateLimit === undefined
    ? retryAfter
    : { ...retryAfter, ...rateLimitHeaders(error.rateLimit) }
}

/** RFC 6585; draft-ietf-httpapi-ratelimit-headers. */
function rateLimitHeaders({ name, quota, windowSeconds, retryAfterSeconds }: RateLimit) {
  return {
    'RateLimit-Policy': `"${name}";q=${quota};w=${windowSeconds}`,
    RateLimit: `"${name}";r=0;t=${retryAfterSeconds}`,
  }
}

export function toProblem(error: unknown, requestId: string): Problem {
  const instance = `urn:uuid:${requestId}`
  if (isAppError(error)) {
    const { title, status } = errorCatalogue[error.code]
    return { type: typeOf(error.code), title, status, detail: error.message, instance }
  }
  return {
    type: 'about:blank',
    title: 'Internal Server Error',
    status: 500,
    detail: 'Something went wrong here. It has been logged under this instance.',
    instance,
  }
}

/** An answer that no `ErrorCode` stands for, of the transport itself. */
export function transportProblem(
  status: number,
  title: string,
  detail: string,
  requestId: string,
): Problem {
  return { type: 'about:blank', title, status, detail, instance: `urn:uuid:${requestId}` }
}

/**
 * Answers with a problem. Whatever headers a success would have had are taken back: an error is never cached. Where the
 * request's body has not been read, the connection ends after the answer.
 */
export function sendProblem(res: ServerResponse, problem: Problem): void {
  for (const name of successHeaders) res.removeHeader(name)
  // Of a range that is not there, the header tells how long the whole is.
  if (problem.status !== 416) res.removeHeader('Content-Range')
  res.statusCode = problem.status
  res.setHeader('Cache-Control', 'no-store')
  if (problem.status === 401) res.setHeader('WWW-Authenticate', challenge)
  const isRefusal = problem.status === 503 || problem.status === 429
  if (isRefusal && !res.hasHeader('Retry-After')) {
    res.setHeader('Retry-After', `${usualRetryAfterSeconds}`)
  }
  const body = Buffer.from(JSON.stringify(problem))
  res.setHeader('Content-Type', 'application/problem+json').setHeader('Content-Length', body.length)
  if (res.req.method === 'HEAD') return void res.end()
  if (res.req.complete) return void res.end(body)
  endAfterBody(res, body)
}

const successHeaders = [
  'ETag',
  'Last-Modified',
  'Location',
  'X-Redirect-Info',
  'Accept-Ranges',
  'Content-Disposition',
  'Server-Timing',
]

/** How long a client may go on sending a body that nobody wants before the connection is cut, ms. */
const lingerMs = 1000
/** How much of such a body is read: several socket buffers. */
const lingerBytes = 8 * 2 ** 20

/**
 * A client that still sends would lose the answer to the reset of a connection closed with unread bytes. It gets the
 * whole answer now; its bytes are thrown away for a moment, then the connection ends. A client that sends more than is
 * thrown away has to wait, and so finds the time to read its answer.
 */
function endAfterBody(res: ServerResponse, body: Buffer): void {
  const { req } = res
  res.setHeader('Connection', 'close').write(body)
  const end = () => {
    clearTimeout(timer)
    res.end()
  }
  const timer = setTimeout(end, lingerMs)
  let left = lingerBytes
  req.unpipe().on('data', (piece: Buffer) => {
    left -= piece.length
    if (left < 0) req.pause()
  })
  req.resume().once('end', end).once('close', end)
}

function typeOf(code: ErrorCode): string {
  return `urn:iaas:problem:${code.toLowerCase().replaceAll('_', '-')}`
}
