import { STATUS_CODES } from 'node:http'
import { S3ServiceException } from '@aws-sdk/client-s3'

const credentialErrors = new Set([
  'ExpiredToken',
  'InvalidAccessKeyId',
  'InvalidToken',
  'SignatureDoesNotMatch',
])

/** Statuses of a request that was signed for the wrong region. */
const misdirected = new Set([301, 307, 400])

const noAnswer = 'The variant store does not answer.'

/**
 * Describes in one line why a request failed; the line is all that is kept of a failed job. Contains the name of an
 * error but never its text, which may contain a key.
 *
 * @param region region that the request was signed for
 */
export function describeFailure(cause: unknown, region: string): string {
  if (cause instanceof S3ServiceException) return describeRefusal(cause, region)
  if (!(cause instanceof Error)) return noAnswer
  if (cause.name === 'CredentialsProviderError') {
    return 'There are no credentials for the variant store: set aws.access_key and aws.secret_key, or give this machine, container or pod a role.'
  }
  // Errors of the services that provide the SDK's credentials.
  if ('$fault' in cause) return `The credentials for the variant store were refused: ${cause.name}.`
  return noAnswer
}

function describeRefusal(cause: S3ServiceException, region: string): string {
  const actual = regionOf(cause)
  if (actual !== undefined && actual !== region) {
    return `The bucket is in the region ${actual}, not in ${region}: set aws.region (AWS_REGION).`
  }
  const refusal = `The variant store refused: ${nameOf(cause)}.`
  return credentialErrors.has(cause.name)
    ? `${refusal} Check aws.access_key, aws.secret_key and aws.session_token.`
    : refusal
}

/** Reads the right region from the answer to a misdirected request: from a header or the body. */
function regionOf(cause: S3ServiceException): string | undefined {
  if (!misdirected.has(cause.$metadata.httpStatusCode ?? 0)) return undefined
  const region = cause.$response?.headers['x-amz-bucket-region'] ?? Reflect.get(cause, 'Region')
  return typeof region === 'string' && /^[\w-]+$/.test(region) ? region : undefined
}

/** An answer to HEAD has no body and so no error name. */
function nameOf({ name, $metadata: { httpStatusCode: status } }: S3ServiceException): string {
  return name === 'Unknown' && status !== undefined
    ? `${status} ${STATUS_CODES[status] ?? ''}`.trim()
    : name
}
