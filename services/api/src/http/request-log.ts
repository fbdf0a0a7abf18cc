import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from '@iaas/common/log'
import type { ApiMetrics } from '../metrics/api-metrics.ts'
import type { RequestRecord } from './request-record.ts'

export type RequestLog = {
  /** Gives a request its record, and writes one line at its end. */
  open(req: IncomingMessage, res: ServerResponse): RequestRecord
}

export function createRequestLog(log: Logger, metrics: ApiMetrics): RequestLog {
  const writeRequest = log.series('request')

  function close(record: RequestRecord, req: IncomingMessage, res: ServerResponse): void {
    const ms = performance.now() - record.startedAt
    const { requestId, route, outcome, errorCode } = record
    tellSpans(record, metrics)
    const status = res.writableFinished ? res.statusCode : 499
    metrics.request({ route, outcome, status }, ms)
    if (errorCode !== undefined && isRefusal(status)) metrics.rejection(errorCode)
    const path = (req.url ?? '').slice(0, 500)
    const { method } = req
    // What is undefined stands in no line.
    writeRequest({ requestId, method, path, status, ms: Math.round(ms), outcome, errorCode })
  }

  return {
    open(req, res) {
      const record: RequestRecord = {
        requestId: randomUUID(),
        startedAt: performance.now(),
        route: 'other',
        outcome: 'other',
      }
      res.once('close', () => close(record, req, res))
      return record
    },
  }
}

function tellSpans({ timing, answeredAt }: RequestRecord, metrics: ApiMetrics): void {
  for (const span in timing) metrics.span(span, timing[span] ?? 0)
  if (answeredAt !== undefined) metrics.span('respond', performance.now() - answeredAt)
}

/** Turned away for now: nothing is wrong with the request. */
function isRefusal(status: number): boolean {
  return status === 429 || status === 503
}
