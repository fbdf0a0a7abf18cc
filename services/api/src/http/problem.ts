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

/** Retry-After of a 503 without a known time, s. */
const usualRetryAfterSeconds = 1

/** Challenge of /token: a 401 needs one (RFC 9110, 15.5.2), and browsers show no dialog for this scheme. */
const usualChallenge = 'Secret realm="token"'

/** Returns the headers that tell a rejected client when to retry. */
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

/** Statuses that differ from those of the catalogue. */
export type OtherStatuses = Readonly<Partial<Record<ErrorCode, number>>>

export function toProblem(
  error: unknown,
  requestId: string,
  statuses: OtherStatuses = {},
): Problem {
  const instance = `urn:uuid:${requestId}`
  if (isAppError(error)) {
    const { title } = errorCatalogue[error.code]
    const status = statuses[error.code] ?? errorCatalogue[error.code].status
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

/** Creates a problem of the transport, without an `ErrorCode`. */
export function transportProblem(
  status: number,
  title: string,
  detail: string,
  requestId: string,
): Problem {
  return { type: 'about:blank', title, status, detail, instance: `urn:uuid:${requestId}` }
}

/**
 * Answers with a problem and removes the headers of a success: an error is not cached by default. If the request's body is unread, the
 * connection closes after the answer.
 */
export function sendProblem(
  res: ServerResponse,
  problem: Problem,
  cacheControl = 'no-store',
): void {
  for (const name of successHeaders) res.removeHeader(name)
  // The Content-Range of a 416 tells the full length.
  if (problem.status !== 416) res.removeHeader('Content-Range')
  res.statusCode = problem.status
  res.setHeader('Cache-Control', cacheControl)
  if (problem.status === 401 && !res.hasHeader('WWW-Authenticate')) {
    res.setHeader('WWW-Authenticate', usualChallenge)
  }
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

/** Milliseconds for which an unwanted body is still read before the connection is cut. */
const lingerMs = 1000
/** Most bytes of an unwanted body that are read: several socket buffers. */
const lingerBytes = 8 * 2 ** 20

/**
 * Answers a client that is still sending. Closing a connection with unread bytes resets it, and the answer would be lost. The
 * whole answer is sent now, the client's bytes are discarded for a moment, then the connection ends. A client that sends more
 * has to wait and reads its answer meanwhile.
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
