import { isAppError } from '@iaas/common/errors'
import type { Logger } from '@iaas/common/log'
import type { ErrorRequestHandler } from 'express'
import { rateLimitHeaders, sendProblem, toProblem } from './problem.ts'
import type { RequestLocals } from './request-log.ts'

/** The end of every request that failed. What is unexpected is logged here, once, with its cause. */
export function createErrorHandler(log: Logger): ErrorRequestHandler {
  return (error: unknown, _req, res, _next) => {
    const locals = res.locals as RequestLocals
    locals.outcome = 'error'
    const problem = toProblem(error, locals.requestId)
    if (problem.status >= 500) log.error('request failed', { requestId: locals.requestId, error })
    if (isAppError(error)) locals.errorCode = error.code
    if (res.headersSent) return void res.destroy()
    res.set(rateLimitHeaders(error))
    sendProblem(res, problem)
  }
}
