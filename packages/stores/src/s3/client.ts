import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'

/** Where a bucket is, and with whose rights it is used. */
export type S3Server = {
  readonly region: string
  /** The address of an S3-compatible server other than AWS. */
  readonly endpoint?: string | undefined
  /** Names the bucket in the path of addresses, not in their host; undefined: except on AWS. */
  readonly pathStyle?: boolean | undefined
  /** undefined: the SDK's own chain (container, pod, machine, profile), which renews what expires. */
  readonly credentials?: S3Credentials | undefined
}

type S3Credentials = {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** The caller ends it with `destroy()`. */
export function createS3Client(server: S3Server, more: S3ClientConfig = {}): S3Client {
  const { region, endpoint, credentials, pathStyle = endpoint !== undefined } = server
  return new S3Client({
    region,
    forcePathStyle: pathStyle,
    ...(credentials === undefined ? {} : { credentials }),
    ...(endpoint === undefined ? {} : otherServer(endpoint)),
    ...more,
  })
}

/** Not every server other than AWS knows the newer checksums. */
function otherServer(endpoint: string): S3ClientConfig {
  return {
    endpoint,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  }
}
