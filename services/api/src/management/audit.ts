import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from '@iaas/common/log'
import type { LogClient } from '../http/log-client.ts'
import { type RequestRecord, clientLeft } from '../http/request-record.ts'

/** Facts about a call that its handling adds. */
export type AuditEntry = {
  /** Name of the key; absent if there was no valid key. */
  caller?: string
  /** Name of the route; absent if there is none. */
  operation?: string
  /** Parameters of the path, as they were written. */
  target?: string
}

/** Opens the entry of a call, which is logged once the call is answered or its client has left. */
export type OpenAudit = (
  req: IncomingMessage,
  res: ServerResponse,
  record: RequestRecord,
) => AuditEntry

/** Logs who called what, with which result, whatever the levels of the log are. Lines never contain headers or bodies, so that no key is logged. */
export function createAudit(log: Logger, logClient: LogClient): OpenAudit {
  return (req, res, record) => {
    const entry: AuditEntry = {}
    res.once('close', () => {
      const { requestId, errorCode } = record
      const { method } = req
      const { caller, operation, target } = entry
      const client = logClient(req)
      // A client that has its answer may leave before the rest of its refused body is discarded.
      const status = res.headersSent ? res.statusCode : clientLeft
      log.audit('api call', {
        caller,
        operation,
        method,
        target,
        status,
        errorCode,
        requestId,
        client,
      })
    })
    return entry
  }
}
