import { errorCatalogue, isAppError } from '@iaas/common/errors'
import { UnrecoverableError } from 'bullmq'
import { ZodError } from 'zod'

/** What a job is failed with: the error itself, or one that ends its attempts. */
export function toJobError(error: unknown): unknown {
  const isFatal =
    error instanceof ZodError || (isAppError(error) && !errorCatalogue[error.code].retryable)
  if (!isFatal) return error
  return new UnrecoverableError(error instanceof ZodError ? describe(error) : error.message)
}

/** Names the fields and what they must be; of their values, which anybody may have chosen, it tells nothing. */
function describe({ issues }: ZodError): string {
  const problems = issues.map(({ path, message }) => `${path.join('.') || 'payload'}: ${message}`)
  return `The job is malformed. ${problems.slice(0, 3).join('; ')}`
}
