import { Readable } from 'node:stream'
import {
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadBucketCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3ServiceException,
} from '@aws-sdk/client-s3'
import { withDeadline } from '@iaas/common/concurrency/with-deadline'
import { createCdn } from '@iaas/common/cdn'
import type { ObjectKey } from '@iaas/common/digest'
import { AppError } from '@iaas/common/errors'
import type { StoredObject, VariantStore } from '@iaas/common/ports/variant-store'
import { untilReadable } from '@iaas/common/streams/until-readable'
import { type S3Server, createS3Client } from './client.ts'
import { describeFailure } from './describe-failure.ts'
import { TimedHandler } from './timed-handler.ts'

export type S3VariantStoreOptions = S3Server & {
  readonly bucket: string
  /** The folder of the objects in the bucket, without slashes at its ends. */
  readonly keyPrefix?: string | undefined
  /** Where clients find the objects: CDN or bucket, no slash at its end. */
  readonly cacheHost: string
  /** How long one attempt may take, ms. */
  readonly timeoutMs?: number
  /** Connections at once. A call that waits for one does so within its time: as many as there may be calls. */
  readonly connections?: number
}

/** Stored variants never change under their key. */
const cacheControl = 'public, max-age=31536000, immutable'
/** Of one call. What fails after that is for the queue to try again. */
const maxAttempts = 2
/** For callers whose calls are bounded elsewhere. */
const defaultConnections = 256

/** Stored variants in an S3 bucket. The caller ends it with `close()`. */
export function createS3VariantStore(
  options: S3VariantStoreOptions,
): VariantStore & { close(): void } {
  const { bucket, keyPrefix, cacheHost, region } = options
  const { timeoutMs = 10_000, connections = defaultConnections } = options
  const folder = keyPrefix === undefined ? '' : `${keyPrefix}/`
  const client = createS3Client(options, {
    maxAttempts,
    requestHandler: new TimedHandler(timeoutMs, connections),
    // The middleware is put together once for each kind of command.
    cacheMiddleware: true,
  })

  /** Each request ends by itself; the deadline holds for all else, such as the search for credentials. */
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
      // Not any 404: a bucket that is missing is a fault, not a variant that is not stored.
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
      // Nobody waits for an object that arrives after the deadline.
      reading.then(
        (object) => object?.body.destroy(),
        () => {},
      )
      throw error
    }
  }

  async function exists(command: HeadObjectCommand) {
    try {
      await client.send(command)
      return true
    } catch (error) {
      if (error instanceof S3ServiceException && error.name === 'NotFound') return false
      throw error
    }
  }

  return {
    async put(key, bytes, mime) {
      // The bytes as one buffer: a stream is sent in signed chunks that some servers store as they come.
      const command = new PutObjectCommand({
        ...locate(key),
        Body: bytes,
        ContentLength: bytes.length,
        ContentType: mime,
        CacheControl: cacheControl,
      })
      await call(client.send(command))
    },
    open,
    async delete(key) {
      const command = new DeleteObjectCommand(locate(key))
      await call(client.send(command))
    },
    has: (key) => call(exists(new HeadObjectCommand(locate(key)))),
    async ping() {
      await call(client.send(new HeadBucketCommand({ Bucket: bucket })))
    },
    ...createCdn(`${cacheHost}/${folder}`),
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
