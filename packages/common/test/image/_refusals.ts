import { AppError, type ErrorCode } from '@iaas/common/errors'

/** The code and message that `attempt` is refused with; whatever else it throws goes on to the test. */
export function refusalOf(attempt: () => unknown): AppError | undefined {
  try {
    attempt()
    return undefined
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
}

export function codeOf(attempt: () => unknown): ErrorCode | undefined {
  return refusalOf(attempt)?.code
}
