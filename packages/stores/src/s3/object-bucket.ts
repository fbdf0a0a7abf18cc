import { Readable } from 'node:stream'
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3ServiceException,
} from '@aws-sdk/client-s3'
import { withDeadline } from '@iaas/common/concurrency/with-deadline'
import { AppError } from '@iaas/common/errors'
import type { ListedObjects } from '@iaas/common/ports/variant-store'
import { untilReadable } from '@iaas/common/streams/until-readable'
import { type S3Server, createS3Client } from './client.ts'
import { describeFailure } from './describe-failure.ts'
import type { FileDigests } from './file-digests.ts'
import { toListedObjects } from './listed-objects.ts'
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

export type ReadObject = {
  /** Bytes of the whole object. */
  readonly size: number
  readonly tag: string
  readonly metadata: Readonly<Record<string, string>>
  /** The reader destroys it, even if it reads nothing. */
  readonly body: Readable
}

/** First and last byte. */
export type ByteRange = { readonly first: number; readonly last: number }

/** Objects of a bucket. Every call rejects with AppError STORE_UNAVAILABLE if the bucket refuses or does not answer in time. */
export type ObjectBucket = {
  /** Puts a small object. Returns false if the store says that the condition does not hold. */
  put(key: string, text: string, condition?: PutCondition): Promise<boolean>
  /** Puts a local file. Resolves once the store has the bytes of these digests. */
  putFile(key: string, path: string, digests: FileDigests): Promise<void>
  /** Opens an object, whose first bytes have then arrived. Returns undefined if there is none. */
  open(key: string, range?: ByteRange): Promise<ReadObject | undefined>
  has(key: string): Promise<boolean>
  /** Deletes an object; does nothing if there is none. */
  delete(key: string): Promise<void>
  /** Lists the objects whose keys begin with a text. */
  list(
    start: string,
    options?: { readonly after?: string; readonly limit?: number },
  ): Promise<ListedObjects>
  ping(): Promise<void>
  close(): void
}

const maxAttempts = 2

export function createObjectBucket(options: ObjectBucketOptions): ObjectBucket {
  const { bucket, prefix, region } = options
  const { timeoutMs = 4000, sendMs = 120_000, connections = 64 } = options
  const folder = prefix === undefined ? '' : `${prefix}/`
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
  const locate = (key: string) => ({ Bucket: bucket, Key: `${folder}${key}` })

  async function call<T>(work: Promise<T>, limitMs = timeoutMs * maxAttempts): Promise<T> {
    try {
      return await withDeadline(work, limitMs)
    } catch (cause) {
      throw new AppError('STORE_UNAVAILABLE', describeFailure(cause, region), { cause })
    }
  }

  async function putIf(key: string, text: string, condition?: PutCondition): Promise<boolean> {
    const command = new PutObjectCommand({
      ...locate(key),
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

  async function read(key: string, range?: ByteRange): Promise<ReadObject | undefined> {
    const command = new GetObjectCommand({
      ...locate(key),
      ...(range && { Range: `bytes=${range.first}-${range.last}` }),
    })
    try {
      const {
        Body: body,
        ContentLength: length,
        ContentRange,
        ETag: tag = '',
        Metadata,
      } = await client.send(command)
      const size = Number(/\/(\d+)$/.exec(ContentRange ?? '')?.[1] ?? length)
      if (!(body instanceof Readable)) throw new Error('An object has no body.')
      await withDeadline(untilReadable(body), timeoutMs).catch((error: unknown) => {
        body.destroy()
        throw error
      })
      return { size, tag, metadata: Metadata ?? {}, body }
    } catch (error) {
      if (error instanceof S3ServiceException && error.name === 'NoSuchKey') return undefined
      throw error
    }
  }

  return {
    put: (key, text, condition) => call(putIf(key, text, condition)),
    async putFile(key, path, digests) {
      await call(sendFile({ client, sender }, locate(key), path, digests), sendMs)
    },
    async open(key, range) {
      const reading = read(key, range)
      try {
        return await call(reading)
      } catch (error) {
        // Nobody reads an object that arrives after the timeout.
        reading.then(
          (object) => object?.body.destroy(),
          () => {},
        )
        throw error
      }
    },
    async has(key) {
      const asking = client.send(new HeadObjectCommand(locate(key))).then(
        () => true,
        (error: unknown) => {
          if (error instanceof S3ServiceException && error.name === 'NotFound') return false
          throw error
        },
      )
      return await call(asking)
    },
    async delete(key) {
      await call(client.send(new DeleteObjectCommand(locate(key))))
    },
    async list(start, { after, limit = 1000 } = {}) {
      const command = new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: `${folder}${start}`,
        MaxKeys: limit,
        ...(after !== undefined && { StartAfter: `${folder}${after}` }),
      })
      return toListedObjects(await call(client.send(command)), folder)
    },
    async ping() {
      await call(client.send(new HeadBucketCommand({ Bucket: bucket })))
    },
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
