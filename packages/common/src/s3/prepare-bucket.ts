import {
  BucketAlreadyOwnedByYou,
  CreateBucketCommand,
  PutBucketPolicyCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { ConfigError } from '../config/config-error.ts'

export type BucketSettings = {
  readonly bucket?: string | undefined
  readonly endpoint?: string | undefined
  readonly region?: string | undefined
  readonly access_key?: string | undefined
  readonly secret_key?: string | undefined
}

/** Makes the bucket where it is not there, and lets everyone read its objects (not list them). */
export async function prepareS3Bucket(aws: BucketSettings): Promise<void> {
  const { bucket, endpoint, region = 'us-east-1', access_key, secret_key } = aws
  if (bucket === undefined || access_key === undefined || secret_key === undefined) {
    throw new ConfigError([
      'aws.bucket, aws.access_key and aws.secret_key are needed to make a bucket',
    ])
  }
  const client = new S3Client({
    region,
    credentials: { accessKeyId: access_key, secretAccessKey: secret_key },
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    requestChecksumCalculation: 'WHEN_REQUIRED',
  })
  try {
    await client.send(new CreateBucketCommand({ Bucket: bucket })).catch((error: unknown) => {
      if (!(error instanceof BucketAlreadyOwnedByYou)) throw error
    })
    await client.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: readPolicy(bucket) }))
  } finally {
    client.destroy()
  }
}

function readPolicy(bucket: string): string {
  const statement = {
    Effect: 'Allow',
    Principal: '*',
    Action: ['s3:GetObject'],
    Resource: [`arn:aws:s3:::${bucket}/*`],
  }
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
}
