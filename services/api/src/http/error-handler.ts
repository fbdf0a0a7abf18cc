import type { IncomingMessage, ServerResponse } from 'node:http'
import { errorCatalogue, isAppError } from '@iaas/common/errors'
import { isClientGone } from '@iaas/common/http/client-gone'
import type { Logger } from '@iaas/common/log'
import type { ErrorRequestHandler } from 'express'
import { exposeHeaders, setCommonHeaders } from './headers.ts'
import {
  type OtherStatuses,
  type Problem,
  retryHeaders,
  sendProblem,
  toProblem,
} from './problem.ts'
import { type RequestRecord, recordOf } from './request-record.ts'

/** Answers every failed request. Unexpected errors are logged here, once, with their cause. */
export type AnswerError = (error: unknown, record: RequestRecord, res: ServerResponse) => void

/** Differences between the errors of the management API and those of the public routes. Scripts of other origins cannot read them. */
export type ErrorDialect = {
  readonly statuses: OtherStatuses
  /** `WWW-Authenticate` of a 401. */
  readonly challenge: string
}

/** Short, because the id may be freed and have another image. */
const goneCacheControl = 'public, max-age=60'

export function createAnswerError(log: Logger, dialect?: ErrorDialect): AnswerError {
  return function answerError(error, record, res) {
    const { requestId } = record
    record.outcome = 'error'
    // The client has left: nothing failed, and nobody reads an answer.
    if (isClientGone(error)) return void res.destroy()
    const problem = toProblem(error, requestId, dialect?.statuses)
    if (!isAppError(error) || errorCatalogue[error.code].logLevel === 'error') {
      log.error('request failed', { requestId, error })
    }
    if (isAppError(error)) record.errorCode = error.code
    if (res.headersSent) return void res.destroy()
    setCommonHeaders(res, requestId)
    if (dialect !== undefined) setChallenge(res, problem, dialect)
    else if (isRead(res.req)) showToEveryOrigin(res)
    for (const [name, value] of Object.entries(retryHeaders(error))) res.setHeader(name, value)
    const isGone = dialect === undefined && isAppError(error, 'ORIGINAL_GONE')
    sendProblem(res, problem, isGone ? goneCacheControl : undefined)
  }
}

function setChallenge(res: ServerResponse, { status }: Problem, { challenge }: ErrorDialect): void {
  if (status === 401) res.setHeader('WWW-Authenticate', challenge)
}

function isRead({ method }: IncomingMessage): boolean {
  return method === 'GET' || method === 'HEAD'
}

/** Lets scripts distinguish a missing image from a network failure. */
function showToEveryOrigin(res: ServerResponse): void {
  res.setHeader('Access-Control-Allow-Origin', '*')
  exposeHeaders(res)
}

/** Creates the error handler for Express. */
export function createErrorHandler(answerError: AnswerError): ErrorRequestHandler {
  return (error: unknown, _req, res, _next) => answerError(error, recordOf(res), res)
}
