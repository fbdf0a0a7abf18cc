import type { IncomingMessage, ServerResponse } from 'node:http'
import { AppError } from '@iaas/common/errors'
import sendFile from 'send'
import { conditionsOf } from './conditions.ts'

/**
 * Streams a file with ranges and validators, with backpressure. Headers that are already set stay. Resolves once the answer is
 * complete or the client has left.
 *
 * @throws AppError ORIGINAL_NOT_FOUND, PRECONDITION_FAILED, RANGE_NOT_SATISFIABLE, STORE_UNAVAILABLE
 */
export function streamFile(path: string, req: IncomingMessage, res: ServerResponse): Promise<void> {
  return new Promise((resolve, reject) => {
    const file = sendFile(withConditions(req), encodeURI(path), {
      dotfiles: 'allow',
      cacheControl: false,
      index: false,
    })
    file.on('error', (error: Error) => reject(toAppError(error)))
    res.once('close', resolve)
    file.pipe(res)
  })
}

/** Reduces a request to its conditions. */
function withConditions(req: IncomingMessage): IncomingMessage {
  return Object.create(req, { headers: { value: conditionsOf(req) } }) as IncomingMessage
}

/** Maps errors of the library to `AppError`. */
function toAppError(error: Error): Error {
  switch ('status' in error ? error.status : undefined) {
    case 404:
      return new AppError('ORIGINAL_NOT_FOUND', 'There is no such image.')
    case 412:
      return new AppError('PRECONDITION_FAILED', 'The condition of the request is not met.')
    case 416:
      return new AppError('RANGE_NOT_SATISFIABLE', 'The range is outside the image.')
    default:
      return 'syscall' in error
        ? new AppError('STORE_UNAVAILABLE', 'The image cannot be read now.', { cause: error })
        : error
  }
}
