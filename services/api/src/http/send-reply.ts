import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ImageReply } from '../image-reply.ts'
import { sendStored } from '../proxied/send-stored.ts'
import { type HeaderList, answerHeaders, exposedHeaders, immutableFor } from './headers.ts'
import { redirect } from './redirect.ts'
import { type RequestRecord, noteAnswer } from './request-record.ts'
import type { FastLane } from '../fast-lane/fast-lane.ts'
import type { UnsentAnswers } from '@iaas/common/http/unsent-answers'
import type { Validators } from '../validators.ts'

/** The bounds may be widened: a redirect within them is remembered for an hour only. */
const boundedMaxAge = 3600
const boundedInfo =
  'The requested size is outside the bounds of this service; this is the closest within them.'

export type ReplyContext = {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly record: RequestRecord
  /** How long a client may remember a redirect to a stored variant, s. */
  readonly redirectMaxAge: number
  /** How long the address is good, s: nothing may be remembered for longer. */
  readonly lifetime: number
  /** Makes an address of this service one that may be asked for. */
  readonly sign: (location: string) => string
  /** The same of the address of a stored variant. */
  readonly signStored: (location: string) => string
  readonly unsent: UnsentAnswers
  readonly fastLane: Pick<FastLane, 'redirect'>
}

/**
 * Answers a sized request. All headers go out in one call: each that is set for itself costs as much as the lookup. A promise
 * is for an answer that is sent as it is read.
 */
export function sendReply(reply: ImageReply, context: ReplyContext): Promise<void> | void {
  const { res, record, redirectMaxAge, lifetime, sign, signStored, fastLane } = context
  switch (reply.kind) {
    case 'hit': {
      const maxAge = Math.min(redirectMaxAge, lifetime)
      const location = signStored(reply.url)
      return fastLane.redirect({ location, maxAge, timing: reply.timing }, res, record)
    }
    case 'bounded': {
      noteAnswer(record, 'bounded')
      const headers = [...answerHeaders(record), 'X-Redirect-Info', boundedInfo]
      return redirect(res, headers, sign(reply.location), Math.min(boundedMaxAge, lifetime))
    }
    case 'proxied':
      noteAnswer(record, 'proxied', reply.timing)
      return sendProxied(reply, context)
    case 'image':
      noteAnswer(record, reply.outcome, reply.timing)
      return sendImage(reply, context)
  }
}

function sendProxied(
  { validators, object, mime }: Extract<ImageReply, { kind: 'proxied' }>,
  { req, res, record, lifetime }: ReplyContext,
): Promise<void> | void {
  const headers = validatedHeaders(validators, record, lifetime)
  headers.push('Content-Type', mime, 'Content-Length', String(object.size))
  res.writeHead(200, headers)
  if (req.method !== 'HEAD') return sendStored(object.body, res)
  object.body.destroy()
  res.end()
}

function sendImage(
  { validators, bytes, mime, outcome, maxAge = Infinity }: Extract<ImageReply, { kind: 'image' }>,
  { req, res, record, lifetime, unsent }: ReplyContext,
): void {
  const headers = validatedHeaders(validators, record, Math.min(maxAge, lifetime))
  if (outcome === 'not-modified') return void res.writeHead(304, headers).end()
  headers.push('Content-Type', mime)
  if (bytes !== undefined) headers.push('Content-Length', String(bytes.length))
  res.writeHead(200, headers)
  if (bytes === undefined || req.method === 'HEAD') return void res.end()
  res.end(bytes)
  unsent.note(res, bytes)
}

function validatedHeaders(
  { etag, lastModified }: Validators,
  record: RequestRecord,
  lifetime: number,
): HeaderList {
  const headers = answerHeaders(record)
  headers.push('Access-Control-Expose-Headers', exposedHeaders)
  headers.push('Cache-Control', immutableFor(lifetime), 'ETag', etag)
  if (lastModified !== undefined) headers.push('Last-Modified', lastModified.toUTCString())
  return headers
}
