import { randomUUID } from 'node:crypto'
import type { ErrorCode } from '@iaas/common/errors'
import type { Logger } from '@iaas/common/log'
import type { RequestHandler } from 'express'
import type { ApiMetrics } from '../metrics.ts'

export type Outcome =
  | 'hit'
  | 'miss'
  | 'coalesced'
  | 'spool'
  | 'proxied'
  | 'bounded'
  | 'original'
  | 'head'
  | 'not-modified'
  | 'upload'
  | 'token'
  | 'error'
  | 'other'

export type RouteName = 'image' | 'original' | 'upload' | 'token' | 'variants' | 'other'

/** What the handlers of a request tell its log line and the metrics. */
export type RequestLocals = {
  requestId: string
  route: RouteName
  outcome: Outcome
  errorCode?: ErrorCode
}

/** Gives each request an id, and writes one line at its end. */
export function createRequestLog(log: Logger, metrics: ApiMetrics): RequestHandler {
  return (req, res, next) => {
    const startedAt = performance.now()
    const locals = res.locals as RequestLocals
    locals.requestId = randomUUID()
    locals.route = 'other'
    locals.outcome = 'other'
    res.set('X-Request-Id', locals.requestId)
    res.once('close', () => {
      const ms = performance.now() - startedAt
      const { requestId, route, outcome, errorCode } = locals
      const status = res.writableFinished ? res.statusCode : 499
      metrics.request({ route, outcome, status }, ms)
      const error = errorCode === undefined ? {} : { errorCode }
      const fields = { method: req.method, path: req.url.slice(0, 500), status, ms: Math.round(ms) }
      log.info('request', { requestId, ...fields, outcome, ...error })
    })
    next()
  }
}
