import { AppError } from '@iaas/common/errors'
import type { Task } from '../protocol.ts'
import { tooLarge } from './memory-share.ts'
import { ChildCrashedError, ChildLateError, ChildTooLargeError } from './run-task.ts'

/** Reasons why a child is lost: it ends unexpectedly, or is killed for exceeding its timeout or its memory. */
export const lossReasons = ['crashed', 'late', 'memory'] as const
export type LossReason = (typeof lossReasons)[number]

/** Returns undefined for an error that does not end the child. */
export function lossOf(error: unknown): LossReason | undefined {
  if (error instanceof ChildLateError) return 'late'
  if (error instanceof ChildTooLargeError) return 'memory'
  return error instanceof ChildCrashedError ? 'crashed' : undefined
}

/** Creates the error of a task whose attempts all lost their child. */
export function lossError(reason: LossReason, { kind }: Task, cause: unknown): AppError {
  switch (reason) {
    case 'crashed':
      return new AppError('RENDER_FAILED', 'The image could not be decoded.', { cause })
    case 'memory':
      return tooLarge(cause)
    case 'late':
      return kind === 'render'
        ? new AppError('RENDER_TIMEOUT', 'The render exceeded its time limit.', { cause })
        : new AppError('IMAGE_TOO_COSTLY', 'Decoding the image takes too long.', { cause })
  }
}
