import { errorCatalogue, isAppError } from '@iaas/common/errors'
import { UnrecoverableError } from 'bullmq'
import { ZodError } from 'zod'

/** Returns the error to fail a job with: the error itself, or one that ends its attempts. */
export function toJobError(error: unknown): unknown {
  const isFatal =
    error instanceof ZodError || (isAppError(error) && !errorCatalogue[error.code].retryable)
  if (!isFatal) return error
  return new UnrecoverableError(error instanceof ZodError ? describe(error) : error.message)
}

/** Names the invalid fields and what they must be, without their values, which clients may have chosen. */
function describe({ issues }: ZodError): string {
  const problems = issues.map(({ path, message }) => `${path.join('.') || 'payload'}: ${message}`)
  return `The job is malformed. ${problems.slice(0, 3).join('; ')}`
}
