import { PutObjectCommand } from '@aws-sdk/client-s3'
import type { VariantStore } from '@iaas/common/ports/variant-store'
import { createBucketCalls } from './bucket-calls.ts'
import { type S3Server, createS3Client } from './client.ts'
import { createDeleteObjects } from './delete-objects.ts'
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
  const { bucket, keyPrefix: prefix, region, isTagged = false } = options
  const { timeoutMs = 10_000, connections = defaultConnections } = options
  const client = createS3Client(options, {
    maxAttempts,
    requestHandler: new TimedHandler(timeoutMs, connections),
    // Caches the middleware of each kind of command.
    cacheMiddleware: true,
  })
  const objects = createBucketCalls({ client, region, bucket, prefix, timeoutMs, maxAttempts })

  return {
    async put(key, bytes, mime, tag) {
      // The bytes are sent as one buffer: a stream is sent in signed chunks, which some servers store as they are.
      const command = new PutObjectCommand({
        ...objects.locate(key),
        Body: bytes,
        ContentLength: bytes.length,
        ContentType: mime,
        CacheControl: cacheControl,
        ...(isTagged && tag !== undefined && { Metadata: { 'cache-tag': tag } }),
      })
      await objects.call(client.send(command))
    },
    open: (key) => objects.open(key),
    delete: (key) => objects.delete(key),
    deleteMany: createDeleteObjects({
      bucket,
      folder: objects.folder,
      send: (command) => objects.call(client.send(command)),
      remove: (key) => objects.delete(key),
    }),
    async has(key) {
      const found = await objects.head(key)
      return found !== undefined && found.ContentLength !== 0
    },
    list: (start, listed) => objects.list(start, listed),
    ping: () => objects.ping(),
    close: () => client.destroy(),
  }
}
