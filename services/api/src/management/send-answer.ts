import type { IncomingMessage, ServerResponse } from 'node:http'
import fresh from 'fresh'
import { conditionsOf } from '../http/conditions.ts'
import { setCommonHeaders } from '../http/headers.ts'
import { type RequestRecord, noteAnswer } from '../http/request-record.ts'
import type { Answer } from './call.ts'

/** Sends the answer of a call. No shared cache may keep it, and a cache of the caller must ask before it uses it. */
export function sendAnswer(
  { body, etag, location }: Answer,
  status: number,
  record: RequestRecord,
  { req, res }: { readonly req: IncomingMessage; readonly res: ServerResponse },
): void {
  setCommonHeaders(res, record.requestId)
  res.setHeader('Cache-Control', etag === undefined ? 'no-store' : 'private, no-cache')
  if (location !== undefined) res.setHeader('Location', location)
  if (etag !== undefined) res.setHeader('ETag', etag)
  const isRead = req.method === 'GET' || req.method === 'HEAD'
  if (isRead && etag !== undefined && fresh(conditionsOf(req), { etag })) {
    noteAnswer(record, 'not-modified')
    return void res.writeHead(304).end()
  }
  noteAnswer(record, 'api')
  const bytes = Buffer.from(`${JSON.stringify(body)}\n`)
  const type = 'application/json; charset=utf-8'
  res.writeHead(status, { 'Content-Type': type, 'Content-Length': bytes.length })
  res.end(req.method === 'HEAD' ? undefined : bytes)
}
