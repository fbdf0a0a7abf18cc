import { PutObjectCommand, S3ServiceException } from '@aws-sdk/client-s3'
import { type BucketCalls, createBucketCalls } from './bucket-calls.ts'
import { type S3Server, createS3Client } from './client.ts'
import type { FileDigests } from './file-digests.ts'
import { sendFile } from './send-file.ts'
import { TimedHandler } from './timed-handler.ts'

export type ObjectBucketOptions = S3Server & {
  readonly bucket: string
  /** Folder of the objects in the bucket, without leading or trailing slashes. */
  readonly prefix?: string | undefined
  /** Timeout of one attempt until its answer begins, ms. */
  readonly timeoutMs?: number
  /** Timeout of one attempt to send a file, ms. */
  readonly sendMs?: number
  readonly connections?: number
}

/** Condition under which an object is put: there is none yet, or it has this tag. */
export type PutCondition = { readonly absent: true } | { readonly tag: string }

/** Objects of a bucket. Calls reject as those of `BucketCalls` do. */
export type ObjectBucket = Pick<BucketCalls, 'open' | 'delete' | 'list' | 'ping'> & {
  /** Puts a small object. Returns false if the store says that the condition does not hold. */
  put(key: string, text: string, condition?: PutCondition): Promise<boolean>
  /** Puts a local file. Resolves once the store has the bytes of these digests. */
  putFile(key: string, path: string, digests: FileDigests): Promise<void>
  has(key: string): Promise<boolean>
  close(): void
}

const maxAttempts = 2

export function createObjectBucket(options: ObjectBucketOptions): ObjectBucket {
  const { bucket, prefix, region } = options
  const { timeoutMs = 4000, sendMs = 120_000, connections = 64 } = options
  const client = createS3Client(options, {
    maxAttempts,
    requestHandler: new TimedHandler(timeoutMs, connections),
  })
  const sender = createS3Client(options, {
    maxAttempts: 1,
    requestHandler: new TimedHandler(sendMs, connections),
    // The signature has the checksum of the file. A newer one would be sent behind it, in chunks.
    requestChecksumCalculation: 'WHEN_REQUIRED',
  })
  const objects = createBucketCalls({ client, region, bucket, prefix, timeoutMs, maxAttempts })

  async function putIf(key: string, text: string, condition?: PutCondition): Promise<boolean> {
    const command = new PutObjectCommand({
      ...objects.locate(key),
      Body: text,
      ContentType: 'application/json',
      CacheControl: 'no-store',
      ...(condition && ('absent' in condition ? { IfNoneMatch: '*' } : { IfMatch: condition.tag })),
    })
    try {
      await client.send(command)
      return true
    } catch (error) {
      if (isConditionFailure(error)) return false
      throw error
    }
  }

  return {
    put: (key, text, condition) => objects.call(putIf(key, text, condition)),
    async putFile(key, path, digests) {
      await objects.call(sendFile({ client, sender }, objects.locate(key), path, digests), sendMs)
    },
    open: (key, range) => objects.open(key, range),
    has: async (key) => (await objects.head(key)) !== undefined,
    delete: (key) => objects.delete(key),
    list: (start, listed) => objects.list(start, listed),
    ping: () => objects.ping(),
    close() {
      client.destroy()
      sender.destroy()
    },
  }
}

/** 412: it does not hold; 409: another put of the key is under way; 404: there is no object that could have the tag. */
function isConditionFailure(error: unknown): boolean {
  return (
    error instanceof S3ServiceException &&
    ['PreconditionFailed', 'ConditionalRequestConflict', 'NoSuchKey'].includes(error.name)
  )
}
