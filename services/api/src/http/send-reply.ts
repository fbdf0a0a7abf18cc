import type { IncomingMessage, ServerResponse } from 'node:http'
import { performance } from 'node:perf_hooks'
import type { ImageReply } from '../image-reply.ts'
import { type Timing, formatTiming, imageHeaders, immutableFor } from './headers.ts'
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
  /** How long the address is good, s: nothing may be remembered for longer. */
  readonly lifetime: number
}

export type ReplyContext = AnswerContext & {
  readonly req: IncomingMessage
  /** Makes an address of this service one that may be asked for. */
  readonly sign: (location: string) => string
}

/** Names and values in turn, as the server writes them: an object of them would be made for each answer only to be read once. */
type Headers = string[]

/** Answers a sized request. All headers go out in one call: each that is set for itself costs as much as the lookup. */
export function sendReply(reply: ImageReply, context: ReplyContext): void {
  const { req, res, record, lifetime, sign } = context
  switch (reply.kind) {
    case 'hit':
      return redirectToStored(reply, context)
    case 'bounded': {
      const headers = begin(record, 'bounded', undefined)
      headers.push('X-Redirect-Info', boundedInfo)
      return redirect(res, headers, sign(reply.location), Math.min(boundedMaxAge, lifetime))
    }
    case 'image':
      return sendImage(reply, req, res, lifetime, begin(record, reply.outcome, reply.timing))
  }
}

type StoredVariant = { readonly url: string; readonly timing: Timing }

/** Redirects to a stored variant. */
export function redirectToStored({ url, timing }: StoredVariant, context: AnswerContext): void {
  const { res, record, redirectMaxAge, lifetime } = context
  redirect(res, begin(record, 'hit', timing), url, Math.min(redirectMaxAge, lifetime))
}

const imageHeaderList = Object.entries(imageHeaders).flat()

/** Notes what the answer is; the headers that all answers have. */
function begin(record: RequestRecord, outcome: Outcome, timing: Timing | undefined): Headers {
  record.answeredAt ??= performance.now()
  record.outcome = outcome
  const headers = ['X-Request-Id', record.requestId, ...imageHeaderList]
  if (timing === undefined) return headers
  record.timing = timing
  headers.push('Server-Timing', formatTiming(timing))
  return headers
}

function redirect(res: ServerResponse, headers: Headers, location: string, maxAge: number): void {
  headers.push(
    'Location',
    toHeader(location),
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
function toHeader(address: string): string {
  if (!unsafe.test(address)) return address
  return address.replace(eachUnsafe, (text) =>
    Buffer.from(text).toString('hex').replace(/../g, '%$&').toUpperCase(),
  )
}

function sendImage(
  reply: Extract<ImageReply, { kind: 'image' }>,
  req: IncomingMessage,
  res: ServerResponse,
  lifetime: number,
  headers: Headers,
): void {
  const { validators, bytes, mime, outcome } = reply
  const { etag, lastModified } = validators
  headers.push('Cache-Control', immutableFor(lifetime), 'ETag', etag)
  if (lastModified !== undefined) headers.push('Last-Modified', lastModified.toUTCString())
  if (outcome === 'not-modified') return void res.writeHead(304, headers).end()
  headers.push('Content-Type', mime)
  if (bytes !== undefined) headers.push('Content-Length', String(bytes.length))
  res.writeHead(200, headers).end(req.method === 'HEAD' ? undefined : bytes)
}
