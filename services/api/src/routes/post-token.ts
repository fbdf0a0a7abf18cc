import { AppError } from '@iaas/common/errors'
import { formatUploadPath } from '@iaas/common/image'
import express, { type ErrorRequestHandler, type RequestHandler } from 'express'
import { recordOf } from '../http/request-record.ts'
import type { IssueToken } from '../issue-token.ts'
import type { ClientOf } from '../limits/client-of.ts'

const maxBodyBytes = 4096

/** `POST /token`. */
export function createPostToken(
  issueToken: IssueToken,
  clientOf: ClientOf,
): readonly (RequestHandler | ErrorRequestHandler)[] {
  const postToken: RequestHandler = async (req, res) => {
    const { token, id } = await issueToken(req.body, clientOf(req))
    recordOf(res).outcome = 'token'
    res.set('Cache-Control', 'no-store').json({ token, upload_path: formatUploadPath(id) })
  }
  return [nameRoute, express.json({ limit: maxBodyBytes }), translateBodyError, postToken]
}

const nameRoute: RequestHandler = (_req, res, next) => {
  const record = recordOf(res)
  record.route = 'token'
  next()
}

/** The body parser throws errors of its own, with a `type` and a status. */
const translateBodyError: ErrorRequestHandler = (error: unknown, _req, _res, next) => {
  const type = error instanceof Error && 'type' in error ? error.type : undefined
  if (type === 'entity.too.large') {
    next(new AppError('UPLOAD_TOO_LARGE', `The body may have at most ${maxBodyBytes} bytes.`))
    return
  }
  next(new AppError('INVALID_TOKEN_REQUEST', 'The body is not valid JSON.', { cause: error }))
}
