import { AppError } from '@iaas/common/errors'

/** Creates the error of a file that a decoder cannot decode. */
export function damaged(cause?: unknown): AppError {
  const detail = 'The image is damaged: it cannot be decoded.'
  return new AppError('IMAGE_DAMAGED', detail, { cause })
}
