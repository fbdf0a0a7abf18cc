import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { ImageReply } from '../image-reply.ts'
import { type Timing, formatTiming, imageHeaders, immutable } from './headers.ts'
import type { Outcome, RequestRecord } from './request-record.ts'

/** The bounds may be widened: a redirect within them is remembered for an hour only. */
const boundedMaxAge = 3600
const boundedInfo =
  'The requested size is outside the bounds of this service; this is the closest within them.'

export type AnswerContext = {
  readonly res: ServerResponse
  readonly record: RequestRecord
  /** How long a client may remember a redirect to a stored variant, s. */
  readonly redirectMaxAge: number
}

export type ReplyContext = AnswerContext & {
  readonly req: IncomingMessage
  /** Makes an address of this service one that may be asked for. */
  readonly sign: (location: string) => string
}

/** Answers a sized request. All headers go out in one call: each that is set for itself costs as much as the lookup. */
export function sendReply(reply: ImageReply, context: ReplyContext): void {
  const { req, res, record, sign } = context
  switch (reply.kind) {
    case 'hit':
      return redirectToStored(reply, context)
    case 'bounded': {
      const headers = begin(record, 'bounded', undefined)
      headers['X-Redirect-Info'] = boundedInfo
      return redirect(res, headers, sign(reply.location), boundedMaxAge)
    }
    case 'image':
      return sendImage(reply, req, res, begin(record, reply.outcome, reply.timing))
  }
}

type StoredVariant = { readonly url: string; readonly timing: Timing }

/** Redirects to a stored variant. */
export function redirectToStored({ url, timing }: StoredVariant, context: AnswerContext): void {
  const { res, record, redirectMaxAge } = context
  redirect(res, begin(record, 'hit', timing), url, redirectMaxAge)
}

/** Notes what the answer is; the headers that all answers have. */
function begin(
  record: RequestRecord,
  outcome: Outcome,
  timing: Timing | undefined,
): OutgoingHttpHeaders {
  record.answeredAt = performance.now()
  record.outcome = outcome
  const headers: OutgoingHttpHeaders = { 'X-Request-Id': record.requestId, ...imageHeaders }
  if (timing === undefined) return headers
  record.timing = timing
  headers['Server-Timing'] = formatTiming(timing)
  return headers
}

function redirect(
  res: ServerResponse,
  headers: OutgoingHttpHeaders,
  location: string,
  maxAge: number,
): void {
  headers['Location'] = location
  headers['Cache-Control'] = `max-age=${maxAge}`
  headers['Content-Length'] = 0
  res.writeHead(307, headers).end()
}

function sendImage(
  reply: Extract<ImageReply, { kind: 'image' }>,
  req: IncomingMessage,
  res: ServerResponse,
  headers: OutgoingHttpHeaders,
): void {
  const { validators, bytes, mime, outcome } = reply
  headers['Cache-Control'] = immutable
  headers['ETag'] = validators.etag
  if (validators.lastModified !== undefined) {
    headers['Last-Modified'] = validators.lastModified.toUTCString()
  }
  if (outcome === 'not-modified') return void res.writeHead(304, headers).end()
  headers['Content-Type'] = mime
  if (bytes !== undefined) headers['Content-Length'] = bytes.length
  res.writeHead(200, headers).end(req.method === 'HEAD' ? undefined : bytes)
}
