import type { z } from 'zod'
import type { Folders, spoolSettings } from '@iaas/common/disk/config'
import { createDiskSpool } from '@iaas/common/disk/spool'
import { createDiskVariantStore } from '@iaas/common/disk/variant-store'
import { createCdn } from '@iaas/common/cdn'
import type { Cdn } from '@iaas/common/ports/cdn'
import type { Spool } from '@iaas/common/ports/spool'
import type { VariantStore } from '@iaas/common/ports/variant-store'
import { type CdnConfig, tagHeadersOf } from '../cdn/config.ts'
import type { RedisClient } from '../redis/connection.ts'
import { createRedisSpool } from '../redis/spool.ts'
import type { AwsConfig } from '../s3/config.ts'
import type { S3VariantStoreOptions } from '../s3/variant-store.ts'

export type VariantStoreConfig = {
  readonly aws: AwsConfig
  readonly cdns?: readonly CdnConfig[]
  readonly folders: Pick<Folders, 'variants'>
}

export type SpoolConfig = {
  readonly spool: Pick<z.output<typeof spoolSettings>, 'bounds'>
  readonly folders: Pick<Folders, 'spool'>
}

/** Path under which the api serves variants stored in a folder. */
export const servedVariantsPath = '/_variants'

type VariantStoreLimits = Pick<S3VariantStoreOptions, 'timeoutMs' | 'connections'>

/** A variant store. `servedFolder` is its folder, which the api then serves, or undefined for a bucket. */
export type OpenedVariantStore = AsyncDisposable & {
  readonly variants: VariantStore
  /** The addresses of its objects. */
  readonly cdn: Cdn
  readonly servedFolder: string | undefined
}

/** Creates a variant store: S3 if a bucket is configured, otherwise a folder. The limits apply to S3. */
export async function createVariantStore(
  { aws, cdns = [], folders }: VariantStoreConfig,
  limits: VariantStoreLimits,
): Promise<OpenedVariantStore> {
  const { bucket, keyPrefix, cacheHost, server } = aws
  if (bucket === undefined || cacheHost === undefined) {
    return {
      variants: createDiskVariantStore({ dir: folders.variants }),
      cdn: createCdn(`${cacheHost ?? ''}${servedVariantsPath}/`),
      servedFolder: folders.variants,
      async [Symbol.asyncDispose]() {},
    }
  }
  // The S3 client takes 20 MiB of memory, so it is loaded only if there is a bucket.
  const { createS3VariantStore } = await import('../s3/variant-store.ts')
  const isTagged = tagHeadersOf(cdns).length > 0
  const variants = createS3VariantStore({ ...server, bucket, keyPrefix, isTagged, ...limits })
  return {
    variants,
    cdn: createCdn(`${cacheHost}/${keyPrefix === undefined ? '' : `${keyPrefix}/`}`),
    servedFolder: undefined,
    async [Symbol.asyncDispose]() {
      variants.close()
    },
  }
}

/**
 * Creates a spool: Redis if it is configured, otherwise a folder shared by api and uploaders of one machine.
 *
 * @param redis a connection of the role `producer`; the caller closes it
 */
export function createSpool(
  { spool: { bounds }, folders }: SpoolConfig,
  redis: RedisClient | undefined,
): Spool {
  return redis === undefined
    ? createDiskSpool({ dir: folders.spool, ...bounds })
    : createRedisSpool({ redis, prefix: 'iaas', ...bounds })
}
