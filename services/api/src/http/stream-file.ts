import type { FileHandle } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { AppError } from '@iaas/common/errors'
import sendFile, { type SendOptions, type SendStream } from 'send'
import { conditionsOf } from './conditions.ts'

/**
 * Streams a file with ranges and validators, with backpressure. Headers that are already set stay. Resolves once the answer is
 * complete or the client has left.
 *
 * @throws AppError ORIGINAL_NOT_FOUND, PRECONDITION_FAILED, RANGE_NOT_SATISFIABLE, STORE_UNAVAILABLE
 */
export function streamFile(path: string, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const file = sendFile(withConditions(req), encodeURI(path), options)
  const sent = untilSent(file, res)
  file.pipe(res)
  return sent
}

/** Streams a file that is open, whatever is at its path now. The caller closes it. @throws as `streamFile` does */
export async function streamOpened(
  opened: FileHandle,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const stats = await opened.stat()
  // The library hands its options to the stream of the file, which reads from `fd` then.
  const file = sendFile(withConditions(req), '', { ...options, fd: opened } as SendOptions)
  const sent = untilSent(file, res)
  Object.assign(file, { res }).send('', stats)
  return sent
}

const options: SendOptions = { dotfiles: 'allow', cacheControl: false, index: false }

function untilSent(file: SendStream, res: ServerResponse): Promise<void> {
  return new Promise((resolve, reject) => {
    file.on('error', (error: Error) => reject(toAppError(error)))
    res.once('close', resolve)
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
