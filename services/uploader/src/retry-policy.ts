import { type ErrorCode, isAppError } from '@iaas/common/errors'
import { UnrecoverableError } from 'bullmq'
import { ZodError } from 'zod'

/** Whether a job that failed with this code may succeed later. */
const verdicts = {
  INVALID_IMAGE_URL: 'fatal',
  INVALID_ID: 'fatal',
  INVALID_OPTION: 'fatal',
  SIZE_NOT_OFFERED: 'fatal',
  SIGNATURE_INVALID: 'fatal',
  INVALID_TOKEN_REQUEST: 'fatal',
  INVALID_UPLOAD: 'fatal',
  INVALID_CROP: 'fatal',
  IMAGE_MISSING: 'fatal',
  SECRET_WRONG: 'fatal',
  ID_TAKEN: 'fatal',
  TOKEN_PENDING: 'fatal',
  TOKEN_INVALID: 'fatal',
  ORIGINAL_NOT_FOUND: 'fatal',
  PRECONDITION_FAILED: 'fatal',
  RANGE_NOT_SATISFIABLE: 'fatal',
  UPLOAD_TOO_LARGE: 'fatal',
  UPLOAD_TOO_SLOW: 'fatal',
  IMAGE_TOO_LARGE: 'fatal',
  IMAGE_TOO_COSTLY: 'fatal',
  IMAGE_UNSUPPORTED: 'fatal',
  IMAGE_DAMAGED: 'fatal',
  RENDER_FAILED: 'fatal',
  RENDER_TIMEOUT: 'fatal',
  RENDER_QUARANTINED: 'retry',
  TOO_MANY_RENDERS: 'retry',
  TOO_MANY_ATTEMPTS: 'fatal',
  RENDERER_BUSY: 'retry',
  RENDERER_UNREACHABLE: 'retry',
  STORE_UNAVAILABLE: 'retry',
  STORE_BUSY: 'retry',
  UPLOADS_BUSY: 'fatal',
  STORE_FULL: 'fatal',
  SPOOL_FULL: 'retry',
} as const satisfies Record<ErrorCode, 'retry' | 'fatal'>

/** What a job is failed with: the error itself, or one that ends its attempts. */
export function toJobError(error: unknown): unknown {
  const isFatal =
    error instanceof ZodError || (isAppError(error) && verdicts[error.code] === 'fatal')
  if (!isFatal) return error
  return new UnrecoverableError(error instanceof ZodError ? describe(error) : error.message)
}

/** Names the fields and what they must be; of their values, which anybody may have chosen, it tells nothing. */
function describe({ issues }: ZodError): string {
  const problems = issues.map(({ path, message }) => `${path.join('.') || 'payload'}: ${message}`)
  return `The job is malformed. ${problems.slice(0, 3).join('; ')}`
}
