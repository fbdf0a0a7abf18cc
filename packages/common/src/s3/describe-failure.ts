import { S3ServiceException } from '@aws-sdk/client-s3'

const credentialErrors = new Set([
  'ExpiredToken',
  'InvalidAccessKeyId',
  'InvalidToken',
  'SignatureDoesNotMatch',
])

/**
 * Says in one line why a request failed. The line is all that is kept of a failed job. It has the name of an error and
 * never its text, which may hold a key.
 */
export function describeFailure(cause: unknown): string {
  if (cause instanceof S3ServiceException) return describeRefusal(cause)
  if (!(cause instanceof Error)) return noAnswer
  if (cause.name === 'CredentialsProviderError') {
    return 'There are no credentials for the variant store: set aws.access_key and aws.secret_key, or give this machine, container or pod a role.'
  }
  // Errors of the services that the SDK gets credentials from.
  if ('$fault' in cause) return `The credentials for the variant store were refused: ${cause.name}.`
  return noAnswer
}

const noAnswer = 'The variant store does not answer.'

function describeRefusal({ name }: S3ServiceException): string {
  const refusal = `The variant store refused: ${name}.`
  return credentialErrors.has(name)
    ? `${refusal} Check aws.access_key, aws.secret_key and aws.session_token.`
    : refusal
}
