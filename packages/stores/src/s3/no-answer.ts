import type { S3ServiceException } from '@aws-sdk/client-s3'
import { isAppError } from '@iaas/common/errors'

/**
 * Returns true if a call of the store failed because nobody answered, or the server itself failed. Returns false if it
 * refused: keys, rights or the name of the bucket may be wrong for this service and right for the CDN.
 */
export function isNoAnswer(error: unknown): boolean {
  const cause = isAppError(error) ? error.cause : error
  if (isServiceException(cause)) return (cause.$metadata.httpStatusCode ?? 500) >= 500
  return !(cause instanceof Error && cause.name === 'CredentialsProviderError')
}

/** Checks the shape, because importing the class would load the S3 client even without a bucket. */
function isServiceException(error: unknown): error is S3ServiceException {
  return error instanceof Error && '$metadata' in error && '$fault' in error
}
