import { Readable } from 'node:stream'
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  ListObjectsV2Command,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3'
import { withDeadline } from '@iaas/common/concurrency/with-deadline'
import { AppError } from '@iaas/common/errors'
import { type ListOptions, type ListedObjects, mostListed } from '@iaas/common/ports/variant-store'
import { untilReadable } from '@iaas/common/streams/until-readable'
import { describeFailure } from './describe-failure.ts'
import { toListedObjects } from './listed-objects.ts'

export type BucketCallsOptions = {
  /** The caller destroys it. */
  readonly client: S3Client
  readonly region: string
  readonly bucket: string
  /** Folder of the objects in the bucket, without leading or trailing slashes. */
  readonly prefix: string | undefined
  /** Timeout of one attempt until its answer begins, ms. */
  readonly timeoutMs: number
  /** Attempts of the client. */
  readonly maxAttempts: number
}

/** First and last byte. */
export type ByteRange = { readonly first: number; readonly last: number }

export type ReadObject = {
  /** Bytes of the whole object. */
  readonly size: number
  readonly tag: string
  readonly metadata: Readonly<Record<string, string>>
  /** The reader destroys it, even if it reads nothing. */
  readonly body: Readable
}

/** Place of an object, for the commands of the SDK. */
export type Place = { readonly Bucket: string; readonly Key: string }

/** The calls that every store in a bucket makes. Each rejects with AppError STORE_UNAVAILABLE if the bucket refuses or does not answer in time. */
export type BucketCalls = {
  /** Prefix of all keys: empty, or a folder with its slash. */
  readonly folder: string
  locate(key: string): Place
  /**
   * Adds a timeout to a call and translates its failure. Each request has a timeout of its own; this one covers the rest, such as
   * finding credentials.
   *
   * @param limitMs default: that of all attempts, ms
   */
  call<T>(work: Promise<T>, limitMs?: number): Promise<T>
  /** Opens an object, whose first bytes have then arrived. Returns undefined if there is none. */
  open(key: string, range?: ByteRange): Promise<ReadObject | undefined>
  /** Returns the head of an object; undefined if there is none. */
  head(key: string): Promise<HeadObjectCommandOutput | undefined>
  /** Deletes an object; does nothing if there is none. */
  delete(key: string): Promise<void>
  /** Lists the objects whose keys begin with a text. */
  list(start: string, options?: ListOptions): Promise<ListedObjects>
  /** Resolves if the bucket answers and accepts the credentials. */
  ping(): Promise<void>
}

export function createBucketCalls(options: BucketCallsOptions): BucketCalls {
  const { client, region, bucket, prefix, timeoutMs, maxAttempts } = options
  const folder = prefix === undefined ? '' : `${prefix}/`
  const locate = (key: string) => ({ Bucket: bucket, Key: `${folder}${key}` })

  async function call<T>(work: Promise<T>, limitMs = timeoutMs * maxAttempts): Promise<T> {
    try {
      return await withDeadline(work, limitMs)
    } catch (cause) {
      throw new AppError('STORE_UNAVAILABLE', describeFailure(cause, region), { cause })
    }
  }

  async function read(command: GetObjectCommand): Promise<ReadObject | undefined> {
    // Not every 404: a missing bucket is a fault, not a missing object.
    const answer = await unlessMissing(client.send(command), 'NoSuchKey')
    if (answer === undefined) return undefined
    const { Body: body, ContentLength: length, ContentRange, ETag: tag = '', Metadata } = answer
    const size = Number(/\/(\d+)$/.exec(ContentRange ?? '')?.[1] ?? length)
    if (!(body instanceof Readable) || Number.isNaN(size)) {
      throw new Error('An object has no body.')
    }
    try {
      await withDeadline(untilReadable(body), timeoutMs)
      return { size, tag, metadata: Metadata ?? {}, body }
    } catch (error) {
      body.destroy()
      throw error
    }
  }

  return {
    folder,
    locate,
    call,
    async open(key, range) {
      const bytes = range && { Range: `bytes=${range.first}-${range.last}` }
      const reading = read(new GetObjectCommand({ ...locate(key), ...bytes }))
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
    head: (key) => call(unlessMissing(client.send(new HeadObjectCommand(locate(key))), 'NotFound')),
    async delete(key) {
      await call(client.send(new DeleteObjectCommand(locate(key))))
    },
    async list(start, { after, limit = mostListed } = {}) {
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
  }
}

/** Returns undefined if S3 fails with this name. */
async function unlessMissing<T>(work: Promise<T>, name: string): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (error instanceof S3ServiceException && error.name === name) return undefined
    throw error
  }
}
