import type { IncomingMessage, ServerResponse } from 'node:http'
import { performance } from 'node:perf_hooks'
import type { Logger } from '@iaas/common/log'
import { maskSecrets } from '@iaas/common/log-line'
import type { ApiMetrics } from '../metrics/api-metrics.ts'
import type { LogClient } from './log-client.ts'
import { createRequestIds } from './request-id.ts'
import { type RequestRecord, statusOf } from './request-record.ts'
import { isRefusal } from './status.ts'

/** Gives each request its record, and logs one line at its end. */
export type RequestLog = {
  open(req: IncomingMessage): RequestRecord
  /** Called when the answer is sent with this status and can no longer fail. */
  close(record: RequestRecord, req: IncomingMessage, status: number): void
  /** Called once the answer is complete or the client has left. */
  closeAfter(record: RequestRecord, req: IncomingMessage, res: ServerResponse): void
}

export type RequestLogOptions = {
  readonly log: Logger
  readonly metrics: ApiMetrics
  readonly logClient: LogClient
  /** Paths whose requests are counted and not logged. */
  readonly probePaths: ReadonlySet<string | undefined>
}

export function createRequestLog(options: RequestLogOptions): RequestLog {
  const { log, metrics, logClient, probePaths } = options
  const writeRequest = log.series('request')
  const nextId = createRequestIds()

  function close(record: RequestRecord, req: IncomingMessage, status: number): void {
    const endedAt = performance.now()
    const ms = endedAt - record.startedAt
    const { route, outcome, errorCode } = record
    tellSpans(record, endedAt, metrics)
    metrics.request({ route, outcome, status }, ms)
    if (errorCode !== undefined && isRefusal(status)) metrics.rejection(errorCode)
    if (writeRequest.isWritten === false || probePaths.has(req.url)) return
    const { requestId, id, timing, socket, bytesBefore } = record
    const path = maskSecrets((req.url ?? '').slice(0, 500))
    const { method } = req
    // Undefined fields are omitted.
    writeRequest({
      requestId,
      method,
      path,
      status,
      ms: Math.round(ms),
      outcome,
      errorCode,
      id,
      client: logClient(req),
      // Includes the head, as in the access logs of other servers.
      bytes: socket.bytesWritten - bytesBefore,
      lookup: toTenths(timing?.['lookup']),
      queue: toTenths(timing?.['queue']),
      render: toTenths(timing?.['render']),
    })
  }

  return {
    open: ({ socket }) => ({
      requestId: nextId(),
      startedAt: performance.now(),
      socket,
      bytesBefore: socket.bytesWritten,
      route: 'other',
      outcome: 'other',
    }),
    close,
    closeAfter(record, req, res) {
      res.once('close', () => {
        close(record, req, statusOf(res))
      })
    },
  }
}

function toTenths(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms * 10) / 10
}

function tellSpans(record: RequestRecord, endedAt: number, metrics: ApiMetrics): void {
  const { timing, answeredAt } = record
  for (const span in timing) metrics.span(span, timing[span] ?? 0)
  if (answeredAt !== undefined) metrics.span('respond', endedAt - answeredAt)
}
