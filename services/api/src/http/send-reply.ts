import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { ImageReply } from '../image-reply.ts'
import { formatTiming, imageHeaders, immutable } from './headers.ts'
import type { RequestRecord } from './request-record.ts'

/** The bounds may be widened: a redirect within them is remembered for an hour only. */
const boundedMaxAge = 3600
const boundedInfo =
  'The requested size is outside the bounds of this service; this is the closest within them.'

export type SendContext = {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly record: RequestRecord
  /** How long a client may remember a redirect to a stored variant, s. */
  readonly redirectMaxAge: number
  /** Makes an address of this service one that may be asked for. */
  readonly sign: (location: string) => string
}

/** Answers a sized request. All headers go out in one call: each that is set for itself costs as much as the lookup. */
export function sendReply(reply: ImageReply, context: SendContext): void {
  const { req, res, record, redirectMaxAge, sign } = context
  record.answeredAt = performance.now()
  record.outcome = reply.kind === 'image' ? reply.outcome : reply.kind
  if (reply.kind !== 'bounded') record.timing = reply.timing
  const headers: OutgoingHttpHeaders = { 'X-Request-Id': record.requestId, ...imageHeaders }
  switch (reply.kind) {
    case 'hit':
      headers['Server-Timing'] = formatTiming(reply.timing)
      return redirect(res, headers, reply.url, redirectMaxAge)
    case 'bounded':
      headers['X-Redirect-Info'] = boundedInfo
      return redirect(res, headers, sign(reply.location), boundedMaxAge)
    case 'image':
      headers['Server-Timing'] = formatTiming(reply.timing)
      return sendImage(reply, req, res, headers)
  }
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
