import type { Folders } from '@iaas/common/disk/config'
import { createDiskDeletionLog } from '@iaas/common/disk/deletion-log'
import { createDiskFactsStore } from '@iaas/common/disk/facts-store'
import { createDiskFocalStore } from '@iaas/common/disk/focal-store'
import { createDiskOriginalStore } from '@iaas/common/disk/original-store'
import { createRemoveTraces } from '@iaas/common/disk/remove-traces'
import type { Dependencies } from '@iaas/common/metrics/dependencies'
import type { OpenedOriginals, RemoveTraces } from '@iaas/common/ports/opened-originals'
import type { AwsConfig } from '../s3/config.ts'
import { type OriginalStoreSettings, locateOriginals } from '../s3/originals/config.ts'

export type OriginalsConfig = {
  /** `keepVersions`: of a service that replaces originals. */
  readonly originals: OriginalStoreSettings & { readonly keepVersions?: number }
  readonly aws: Pick<AwsConfig, 'bucket' | 'server'>
  readonly folders: Pick<Folders, 'originals' | 'originalsCache'>
}

/** Opens the originals: a folder, or a bucket with a local cache. */
export async function openOriginals(
  { originals, aws, folders }: OriginalsConfig,
  dependencies?: Pick<Dependencies, 'add'>,
): Promise<OpenedOriginals> {
  const { bucket, prefix } = locateOriginals(originals, aws.bucket)
  const removeTraces = createRemoveTraces(folders.originals)
  if (originals.store === 'folder' || bucket === undefined) {
    return openFolder(folders.originals, originals.keepVersions, removeTraces)
  }
  // The S3 client takes 20 MiB of memory, so it is loaded only if there is a bucket.
  const { openS3Originals } = await import('../s3/originals/open.ts')
  return openS3Originals({
    server: { ...aws.server, bucket, prefix },
    cacheDir: folders.originalsCache,
    cacheBytes: originals.cacheBytes,
    keepVersions: originals.keepVersions,
    removeLocalTraces: removeTraces,
    dependencies,
  })
}

function openFolder(
  dir: string,
  keepVersions: number | undefined,
  removeTraces: RemoveTraces,
): OpenedOriginals {
  return {
    originals: createDiskOriginalStore({ dir, keepVersions }),
    focalPoints: createDiskFocalStore({ originalsDir: dir }),
    facts: createDiskFactsStore({ originalsDir: dir }),
    deletionLog: createDiskDeletionLog({ originalsDir: dir }),
    removeTraces,
    async [Symbol.asyncDispose]() {},
  }
}
