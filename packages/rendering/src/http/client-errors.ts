import { AppError } from '@iaas/common/errors'
import { failure } from './wire.ts'

/** Converts the body of a failure. @throws if the answer is not from a renderer */
export function toError(body: Buffer): AppError {
  const { code, message, retryAfterSeconds } = failure.parse(JSON.parse(body.toString('utf8')))
  return new AppError(code, message, { retryAfterSeconds })
}

/** A renderer of an earlier release does not know the task. It is replaced soon, and does other work meanwhile. */
export function earlierRelease(): AppError {
  return new AppError('RENDERER_BUSY', 'The renderers are being replaced. Try again later.')
}

export function late(cause: unknown): AppError {
  return new AppError('RENDER_TIMEOUT', 'The render exceeded its time limit.', { cause })
}

export function unreachable(cause: unknown): AppError {
  return new AppError('RENDERER_UNREACHABLE', 'No renderer can be reached.', { cause })
}
