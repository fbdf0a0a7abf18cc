import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'

/** Address and credentials of a bucket. */
export type S3Server = {
  readonly region: string
  /** Address of an S3-compatible server other than AWS. */
  readonly endpoint?: string | undefined
  /** True puts the bucket into the path of addresses, false into the host; undefined: the path, except on AWS. */
  readonly pathStyle?: boolean | undefined
  /**
   * undefined: the SDK's default provider chain (container, pod, machine, profile), which renews credentials that
   * expire.
   */
  readonly credentials?: S3Credentials | undefined
}

type S3Credentials = {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** Creates a client that the caller ends with `destroy()`. */
export function createS3Client(server: S3Server, more: S3ClientConfig = {}): S3Client {
  const { region, endpoint, credentials, pathStyle = endpoint !== undefined } = server
  return new S3Client({
    region,
    forcePathStyle: pathStyle,
    // A copy: the SDK writes into the object, and a configuration is frozen.
    ...(credentials === undefined ? {} : { credentials: { ...credentials } }),
    ...(endpoint === undefined ? {} : otherServer(endpoint)),
    ...more,
  })
}

/** Returns options for a server other than AWS: not all of them support the newer checksums. */
function otherServer(endpoint: string): S3ClientConfig {
  return {
    endpoint,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  }
}
