import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Express, Request, Response } from 'express'
import type { FastLane } from './fast-lane/fast-lane.ts'
import type { AnswerError } from './http/error-handler.ts'
import { setCommonHeaders } from './http/headers.ts'
import type { RequestLog } from './http/request-log.ts'
import type { RequestRecord } from './http/request-record.ts'
import type { AnswerCall } from './management/answer-call.ts'
import { isApiTarget } from './management/is-api-target.ts'
import type { GetImage } from './routes/get-image.ts'

export type ListenerOptions = {
  readonly requestLog: RequestLog
  readonly fastLane: Pick<FastLane, 'tryRedirect'>
  readonly getImage: GetImage
  readonly isImagePath: (target: string) => boolean
  readonly answerCall: AnswerCall
  readonly app: Express
  readonly answerError: AnswerError
}

/**
 * Creates the listener of every public request. Images are answered ahead of Express, which takes several times as long to
 * reach a handler as a redirect takes. Calls of the management API have a table of their own. Express handles all others.
 */
export function createListener(options: ListenerOptions): RequestListener {
  const { requestLog, fastLane, getImage, isImagePath, answerCall, app, answerError } = options
  return (req, res) => {
    const record = requestLog.open(req)
    if (req.url?.startsWith('/') === false) req.url = toOriginForm(req.url)
    const isRead = req.method === 'GET' || req.method === 'HEAD'
    try {
      if (isRead && fastLane.tryRedirect(req, res, record)) {
        return requestLog.close(record, req, res.statusCode)
      }
    } catch (error) {
      // An error thrown here would end the process.
      requestLog.closeAfter(record, req, res)
      return answerError(error, record, res)
    }
    requestLog.closeAfter(record, req, res)
    if (isApiTarget(req.url ?? '')) return void answerCall(req, res, record)
    if (!isRead || !isImagePath(req.url ?? '')) return passToExpress(app, req, res, record)
    getImage(req, res, record).catch((error: unknown) => answerError(error, record, res))
  }
}

/** Accepts absolute-form targets, which proxies send and every server must accept (RFC 9112, 3.2.2). */
function toOriginForm(target: string): string {
  const path = target.replace(/^https?:\/\/[^/?#]*/i, '')
  return path.startsWith('/') || path === target ? path : `/${path}`
}

function passToExpress(
  app: Express,
  req: IncomingMessage,
  res: ServerResponse,
  record: RequestRecord,
): void {
  setCommonHeaders(res, record.requestId)
  Object.assign(res, { locals: record })
  app(req as Request, res as Response)
}
