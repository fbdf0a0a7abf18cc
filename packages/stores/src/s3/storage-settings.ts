import type { StorageClass } from '@aws-sdk/client-s3'
import { z } from 'zod'
import { optionalToggle, text } from '@iaas/common/config/setting'
import type { ObjectStorage } from './client.ts'

/** Settings of how a server keeps objects, of originals and variants alike. */
export const storageSettings = {
  sse: text(
    {
      description:
        'Server-side encryption of new objects: `AES256` (keys of S3) or `aws:kms`. Default: that of the bucket.',
      env: 'S3_SSE',
    },
    z.enum(['AES256', 'aws:kms']),
  ),
  sse_key_id: text({
    description: 'The id or ARN of the key of `aws.sse=aws:kms`. Default: the key of S3 in KMS.',
    env: 'S3_SSE_KEY_ID',
  }),
  storage_class: text(
    {
      description:
        'Storage class of new objects, such as `INTELLIGENT_TIERING`, in the spelling of the server. It must be readable at once. Default: that of the bucket.',
      env: 'S3_STORAGE_CLASS',
    },
    z.string().regex(/^[A-Z_]+$/, 'must be letters in upper case and "_"'),
  ),
  checksums: optionalToggle(
    'Adds the newer checksums of S3 (CRC32 trailers) to requests, and checks those of answers. Default: `true` on AWS, `false` with `aws.endpoint`, because not every server knows them.',
    'S3_CHECKSUMS',
  ),
}

type Settings = {
  readonly sse?: string | undefined
  readonly sse_key_id?: string | undefined
  readonly storage_class?: string | undefined
}

/** Refuses a key without the encryption that uses it. */
export function keyHasUse({ sse, sse_key_id }: Settings): boolean {
  return sse_key_id === undefined || sse === 'aws:kms'
}

export function toObjectStorage({
  sse,
  sse_key_id,
  storage_class,
}: Settings): ObjectStorage | undefined {
  if (sse === undefined && storage_class === undefined) return undefined
  return {
    ...(sse !== undefined && { ServerSideEncryption: sse as 'AES256' | 'aws:kms' }),
    ...(sse_key_id !== undefined && { SSEKMSKeyId: sse_key_id }),
    ...(storage_class !== undefined && { StorageClass: storage_class as StorageClass }),
  }
}
