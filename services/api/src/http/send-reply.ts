import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ImageReply } from '../image-reply.ts'
import { sendStored } from '../proxied/send-stored.ts'
import { type HeaderList, answerHeaders, exposedHeaders, immutableFor } from './headers.ts'
import { redirect, toHeaderValue } from './redirect.ts'
import { type RequestRecord, noteAnswer } from './request-record.ts'
import type { FastLane } from '../fast-lane/fast-lane.ts'
import type { UnsentAnswers } from '@iaas/common/http/unsent-answers'
import type { Validators } from '../validators.ts'

/** TTL of redirects within the bounds, s: an hour, because the bounds may be widened. */
const boundedMaxAge = 3600
const boundedInfo =
  'The requested size is outside the bounds of this service; this is the closest within them.'

export type ReplyContext = {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly record: RequestRecord
  /** TTL of redirects to stored variants in clients, s. */
  readonly redirectMaxAge: number
  /** Remaining validity of the address, s: no cache may keep the answer longer. */
  readonly lifetime: number
  /** Signs an address of this service if addresses must be signed. */
  readonly sign: (location: string) => string
  /** Signs the address of a stored variant if addresses must be signed. */
  readonly signStored: (location: string) => string
  readonly unsent: UnsentAnswers
  readonly fastLane: Pick<FastLane, 'redirect'>
}

/**
 * Answers a sized request. All headers are written in one call: setting one costs as much as the lookup. Returns a promise if
 * the answer is streamed.
 */
export function sendReply(reply: ImageReply, context: ReplyContext): Promise<void> | void {
  const { res, record, redirectMaxAge, lifetime, sign, signStored, fastLane } = context
  switch (reply.kind) {
    case 'hit': {
      const maxAge = Math.min(redirectMaxAge, lifetime)
      const location = toHeaderValue(signStored(reply.address))
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
  {
    validators,
    bytes,
    mime,
    outcome,
    note,
    maxAge = Infinity,
  }: Extract<ImageReply, { kind: 'image' }>,
  { req, res, record, lifetime, unsent }: ReplyContext,
): void {
  const headers = validatedHeaders(validators, record, Math.min(maxAge, lifetime))
  if (outcome === 'not-modified') return void res.writeHead(304, headers).end()
  headers.push('Content-Type', mime)
  if (note !== undefined) headers.push('X-Image-Info', note)
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
