import { S3Client, type S3ClientConfig, type StorageClass } from '@aws-sdk/client-s3'

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
  /** True adds the newer checksums to requests; undefined: on AWS only, since not every other store knows them. */
  readonly checksums?: boolean | undefined
  readonly storage?: ObjectStorage | undefined
}

/** Storage settings of each object that is put. */
export type ObjectStorage = {
  readonly ServerSideEncryption?: 'AES256' | 'aws:kms'
  readonly SSEKMSKeyId?: string
  readonly StorageClass?: StorageClass
}

type S3Credentials = {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** Creates a client that the caller ends with `destroy()`. */
export function createS3Client(server: S3Server, more: S3ClientConfig = {}): S3Client {
  const { region, endpoint, credentials, pathStyle = endpoint !== undefined } = server
  const { checksums = endpoint === undefined, storage } = server
  const mode = checksums ? 'WHEN_SUPPORTED' : 'WHEN_REQUIRED'
  const client = new S3Client({
    region,
    forcePathStyle: pathStyle,
    followRegionRedirects: true,
    requestChecksumCalculation: mode,
    responseChecksumValidation: mode,
    // A copy: the SDK writes into the object, and a configuration is frozen.
    ...(credentials === undefined ? {} : { credentials: { ...credentials } }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...more,
  })
  if (storage !== undefined) addToPuts(client, storage)
  return client
}

function addToPuts(client: S3Client, storage: ObjectStorage): void {
  client.middlewareStack.add(
    (next, context) => (args) => {
      if (context['commandName'] !== 'PutObjectCommand') return next(args)
      return next({ ...args, input: { ...args.input, ...storage } })
    },
    { step: 'initialize', name: 'objectStorage' },
  )
}
