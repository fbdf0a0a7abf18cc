import {
  BucketAlreadyOwnedByYou,
  CreateBucketCommand,
  PutBucketPolicyCommand,
} from '@aws-sdk/client-s3'
import { ConfigError } from '@iaas/common/config/config-error'
import { createS3Client } from './client.ts'
import type { AwsConfig } from './config.ts'

/** Creates the bucket if it is missing, and lets everyone read its objects (but not list them). */
export async function prepareS3Bucket({ bucket, server }: AwsConfig): Promise<void> {
  if (bucket === undefined) throw new ConfigError(['aws.bucket (S3_BUCKET): received nothing'])
  const client = createS3Client(server, { requestChecksumCalculation: 'WHEN_REQUIRED' })
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
