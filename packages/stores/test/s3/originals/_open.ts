import { join } from 'node:path'
import { openS3Originals } from '@iaas/stores/s3/originals/open'
import { type Bucket, createBucket } from '@iaas/testing/s3'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'

export type OpenOptions = {
  readonly server?: Bucket
  readonly prefix?: string
  readonly cacheDir?: string
  readonly cacheBytes?: number
  readonly keepVersions?: number | undefined
}

/** Originals in a bucket of their own, or in that of `server`, with a cache of their own. */
export async function openTestOriginals(url: string, options: OpenOptions = {}) {
  const { server = await createBucket(url), cacheBytes = 2 ** 30, keepVersions } = options
  const folder = await createTemporaryFolder()
  const { prefix = 'originals', cacheDir = join(folder.path, 'cache') } = options
  const opened = openS3Originals({
    server: { ...server, prefix },
    cacheDir,
    cacheBytes,
    keepVersions,
    removeLocalTraces: () => Promise.resolve(),
  })
  return {
    ...opened,
    server,
    cacheDir,
    async [Symbol.asyncDispose]() {
      await opened[Symbol.asyncDispose]()
      await folder[Symbol.asyncDispose]()
    },
  }
}
