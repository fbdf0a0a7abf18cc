import { randomUUID } from 'node:crypto'
import type { ErrorCode } from '@iaas/common/errors'
import type { Logger } from '@iaas/common/log'
import type { RequestHandler } from 'express'
import type { ApiMetrics } from '../metrics/api-metrics.ts'
import type { Timing } from './headers.ts'

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
  /** Where the time went until the answer was known. */
  timing?: Timing
  /** When the answer was known, on the clock of `performance.now()`. */
  answeredAt?: number
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
      tellSpans(locals, metrics)
      const status = res.writableFinished ? res.statusCode : 499
      metrics.request({ route, outcome, status }, ms)
      if (errorCode !== undefined && isRefusal(status)) metrics.rejection(errorCode)
      const error = errorCode === undefined ? {} : { errorCode }
      const fields = { method: req.method, path: req.url.slice(0, 500), status, ms: Math.round(ms) }
      log.info('request', { requestId, ...fields, outcome, ...error })
    })
    next()
  }
}

function tellSpans({ timing, answeredAt }: RequestLocals, metrics: ApiMetrics): void {
  for (const [span, ms] of Object.entries(timing ?? {})) metrics.span(span, ms)
  if (answeredAt !== undefined) metrics.span('respond', performance.now() - answeredAt)
}

/** Turned away for now: nothing is wrong with the request. */
function isRefusal(status: number): boolean {
  return status === 429 || status === 503
}
