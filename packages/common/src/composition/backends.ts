import type { QueueBackend } from '../bullmq/queue-backend.ts'
import { type toFolders } from '../disk/config.ts'
import { createDiskSpool } from '../disk/spool.ts'
import { createDiskVariantStore } from '../disk/variant-store.ts'
import type { Closers } from '../lifecycle/closers.ts'
import type { Logger } from '../log.ts'
import type { Spool } from '../ports/spool.ts'
import type { VariantStore } from '../ports/variant-store.ts'
import { createRedis } from '../redis/connection.ts'
import { createRedisSpool } from '../redis/spool.ts'
import { warnOfEviction } from '../redis/warn-of-eviction.ts'
import { type AwsSettings, cacheHost, toS3Server } from '../s3/config.ts'
import type { S3VariantStoreOptions } from '../s3/variant-store.ts'

type SpoolSettings = {
  readonly max_bytes: number
  readonly max_items: number
  readonly max_age: number
}

export type BackendSettings = {
  readonly aws: AwsSettings
  readonly redis: { readonly url?: string | undefined }
  readonly spool: SpoolSettings
}

/** The path under which the api serves variants that lie in a folder. */
export const servedVariantsPath = '/_variants'

type VariantStoreLimits = Pick<S3VariantStoreOptions, 'timeoutMs' | 'connections'>

/** S3 where a bucket is configured; otherwise a folder, which the api serves. The limits are those of S3. */
export async function createVariantStore(
  { aws }: BackendSettings,
  folders: ReturnType<typeof toFolders>,
  closers: Closers,
  limits: VariantStoreLimits,
): Promise<{ readonly variants: VariantStore; readonly servedFolder: string | undefined }> {
  const host = cacheHost(aws)
  if (aws.bucket === undefined || host === undefined) {
    const baseUrl = `${host ?? ''}${servedVariantsPath}`
    return {
      variants: createDiskVariantStore({ dir: folders.variants, baseUrl }),
      servedFolder: folders.variants,
    }
  }
  // The client of S3 takes 20 MiB, which only those pay who have a bucket.
  const { createS3VariantStore } = await import('../s3/variant-store.ts')
  const { bucket, key_prefix: keyPrefix } = aws
  const place = { ...toS3Server(aws), bucket, keyPrefix, cacheHost: host }
  const variants = createS3VariantStore({ ...place, ...limits })
  closers.add('s3', () => variants.close())
  return { variants, servedFolder: undefined }
}

/** Redis where it is configured; otherwise a folder, which api and uploaders of one machine share. */
export function createSpool(
  { redis, spool }: BackendSettings,
  folders: ReturnType<typeof toFolders>,
  closers: Closers,
  log: Logger,
): Spool {
  const bounds = {
    maxBytes: spool.max_bytes,
    maxItems: spool.max_items,
    maxAgeMs: spool.max_age * 1000,
  }
  if (redis.url === undefined) return createDiskSpool({ dir: folders.spool, ...bounds })
  const connection = createRedis({ url: redis.url, role: 'producer', log })
  warnOfEviction(connection, log)
  closers.add('spool', () => connection.disconnect())
  return createRedisSpool({ redis: connection, prefix: 'iaas', ...bounds })
}

/** Redis where it is configured; otherwise the database. */
export function chooseQueueBackend({ redis }: BackendSettings, databaseUrl: string): QueueBackend {
  return redis.url === undefined
    ? { kind: 'postgres', url: databaseUrl }
    : { kind: 'redis', url: redis.url }
}
