import { Readable } from 'node:stream'
import {
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3ServiceException,
} from '@aws-sdk/client-s3'
import { withDeadline } from '@iaas/common/concurrency/with-deadline'
import type { ObjectKey } from '@iaas/common/digest'
import { AppError } from '@iaas/common/errors'
import { type StoredObject, type VariantStore, mostListed } from '@iaas/common/ports/variant-store'
import { untilReadable } from '@iaas/common/streams/until-readable'
import { type S3Server, createS3Client } from './client.ts'
import { createDeleteObjects } from './delete-objects.ts'
import { describeFailure } from './describe-failure.ts'
import { toListedObjects } from './listed-objects.ts'
import { TimedHandler } from './timed-handler.ts'

export type S3VariantStoreOptions = S3Server & {
  readonly bucket: string
  /** Folder of the objects in the bucket, without leading or trailing slashes. */
  readonly keyPrefix?: string | undefined
  /** Stores tags as metadata `cache-tag`, which CDNs read as the header `x-amz-meta-cache-tag`. Default: false. */
  readonly isTagged?: boolean
  /** Timeout of one attempt, ms. */
  readonly timeoutMs?: number
  /**
   * Maximum concurrent connections. Waiting for one counts towards the timeout, so allow one for each concurrent call.
   */
  readonly connections?: number
}

/** A stored variant never changes under its key. */
const cacheControl = 'public, max-age=31536000, immutable'
/** Attempts per call. After that, the queue retries. */
const maxAttempts = 2
/** For callers that limit their calls themselves. */
const defaultConnections = 256

/** Stores variants in an S3 bucket. The caller ends it with `close()`. */
export function createS3VariantStore(
  options: S3VariantStoreOptions,
): VariantStore & { close(): void } {
  const { bucket, keyPrefix, region, isTagged = false } = options
  const { timeoutMs = 10_000, connections = defaultConnections } = options
  const folder = keyPrefix === undefined ? '' : `${keyPrefix}/`
  const client = createS3Client(options, {
    maxAttempts,
    requestHandler: new TimedHandler(timeoutMs, connections),
    // Caches the middleware of each kind of command.
    cacheMiddleware: true,
  })

  /** Adds a timeout to a call. Each request has its own; this one covers the rest, such as finding credentials. */
  function call<T>(work: Promise<T>): Promise<T> {
    return translateErrors(withDeadline(work, timeoutMs * maxAttempts), region)
  }

  function locate(key: ObjectKey) {
    return { Bucket: bucket, Key: `${folder}${key}` }
  }

  async function read(command: GetObjectCommand): Promise<StoredObject | undefined> {
    try {
      return await begin(await client.send(command))
    } catch (error) {
      // Not every 404: a missing bucket is a fault, not a variant that is not stored.
      if (error instanceof S3ServiceException && error.name === 'NoSuchKey') return undefined
      throw error
    }
  }

  async function begin(answer: GetObjectCommandOutput): Promise<StoredObject> {
    const { Body: body, ContentLength: size } = answer
    if (!(body instanceof Readable) || size === undefined) throw new Error('An object has no body.')
    try {
      await withDeadline(untilReadable(body), timeoutMs)
      return { size, body }
    } catch (error) {
      body.destroy()
      throw error
    }
  }

  async function open(key: ObjectKey): Promise<StoredObject | undefined> {
    const reading = read(new GetObjectCommand(locate(key)))
    try {
      return await call(reading)
    } catch (error) {
      // Destroys an object that arrives after the timeout, because nobody reads it.
      reading.then(
        (object) => object?.body.destroy(),
        () => {},
      )
      throw error
    }
  }

  async function exists(command: HeadObjectCommand) {
    try {
      const { ContentLength: size } = await client.send(command)
      return size !== 0
    } catch (error) {
      if (error instanceof S3ServiceException && error.name === 'NotFound') return false
      throw error
    }
  }

  async function remove(key: ObjectKey): Promise<void> {
    await call(client.send(new DeleteObjectCommand(locate(key))))
  }

  return {
    async put(key, bytes, mime, tag) {
      // The bytes are sent as one buffer: a stream is sent in signed chunks, which some servers store as they are.
      const command = new PutObjectCommand({
        ...locate(key),
        Body: bytes,
        ContentLength: bytes.length,
        ContentType: mime,
        CacheControl: cacheControl,
        ...(isTagged && tag !== undefined && { Metadata: { 'cache-tag': tag } }),
      })
      await call(client.send(command))
    },
    open,
    delete: remove,
    deleteMany: createDeleteObjects({
      bucket,
      folder,
      send: (command) => call(client.send(command)),
      remove,
    }),
    has: (key) => call(exists(new HeadObjectCommand(locate(key)))),
    async list(prefix, { after, limit = mostListed } = {}) {
      const command = new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: `${folder}${prefix}`,
        MaxKeys: limit,
        ...(after !== undefined && { StartAfter: `${folder}${after}` }),
      })
      return toListedObjects(await call(client.send(command)), folder)
    },
    async ping() {
      await call(client.send(new HeadBucketCommand({ Bucket: bucket })))
    },
    close: () => client.destroy(),
  }
}

async function translateErrors<T>(request: Promise<T>, region: string): Promise<T> {
  try {
    return await request
  } catch (cause) {
    throw new AppError('STORE_UNAVAILABLE', describeFailure(cause, region), { cause })
  }
}
