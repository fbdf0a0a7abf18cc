import { AppError, isAppError } from '@iaas/common/errors'
import { formatUploadPath } from '@iaas/common/image'
import type { Request, RequestHandler } from 'express'
import { readText } from '../http/read-text.ts'
import { recordOf } from '../http/request-record.ts'
import type { IssueToken } from '../issue-token.ts'
import type { ClientOf } from '../limits/client-of.ts'

const maxBodyBytes = 4096

/** `POST /token`. */
export function createPostToken(issueToken: IssueToken, clientOf: ClientOf): RequestHandler {
  return async function postToken(req, res) {
    const record = recordOf(res)
    record.route = 'token'
    const { token, id } = await issueToken(await readJson(req), clientOf(req))
    record.outcome = 'token'
    res.set('Cache-Control', 'no-store').json({ token, upload_path: formatUploadPath(id) })
  }
}

/** Reads a JSON body; undefined if its content type is not JSON. */
async function readJson(req: Request): Promise<unknown> {
  try {
    const text = await readText(req, maxBodyBytes)
    return req.is('application/json') ? JSON.parse(text) : undefined
  } catch (error) {
    if (isAppError(error)) throw error
    throw new AppError('INVALID_TOKEN_REQUEST', 'The body is not valid JSON.', { cause: error })
  }
}
