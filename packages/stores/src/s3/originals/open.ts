import { guard } from '@iaas/common/concurrency/guard'
import { createFileCache } from '@iaas/common/disk/file-cache'
import type { ImageId } from '@iaas/common/image'
import type { Dependencies } from '@iaas/common/metrics/dependencies'
import type { OpenedOriginals, RemoveTraces } from '@iaas/common/ports/opened-originals'
import {
  type ObjectBucket,
  type ObjectBucketOptions,
  createObjectBucket,
} from '../object-bucket.ts'
import { createCacheFollower } from './cache-follower.ts'
import { createS3DeletionLog } from './deletion-log.ts'
import { createS3FactsStore, createS3FocalStore } from './details.ts'
import { createKnownPointers } from './known-pointers.ts'
import { cacheStem, folderOf } from './layout.ts'
import { createLooseVersions } from './loose-versions.ts'
import { createS3OriginalStore } from './original-store.ts'
import { createPointers } from './pointers.ts'

export type S3OriginalsOptions = {
  readonly server: ObjectBucketOptions
  readonly cacheDir: string
  readonly cacheBytes: number
  readonly keepVersions?: number | undefined
  /** Removes working copies on this machine. */
  readonly removeLocalTraces: RemoveTraces
  readonly dependencies?: Pick<Dependencies, 'add'> | undefined
}

/** Name of the bucket in the metrics and in `/readyz`. */
const dependencyName = 'original-store'

export function openS3Originals(options: S3OriginalsOptions): OpenedOriginals {
  const { server, cacheDir, cacheBytes, keepVersions, removeLocalTraces, dependencies } = options
  const raw = createObjectBucket(server)
  const bucket = watchBucket(raw, dependencies)
  const cache = createFileCache({ dir: cacheDir, maxBytes: cacheBytes })
  const pointers = createPointers(bucket)
  const { follower, isTrusted, findCached, forgetBy } = createCacheFollower({
    cacheDir,
    cache,
    removeLocalTraces,
  })
  const known = createKnownPointers({ pointers, isTrusted, findCached })
  forgetBy((originals) => known.forget(originals))
  const loose = createLooseVersions(bucket, pointers)

  /** Removes facts, and points if it is told to, of all versions. */
  async function removeDetails(id: ImageId, points: boolean): Promise<void> {
    const details = points ? ['~facts', '~focal'] : ['~facts']
    const isRemoved = (name: string) => details.some((detail) => name.endsWith(detail))
    const { objects } = await bucket.list(folderOf(id))
    for (const { key } of objects) if (isRemoved(key)) await bucket.delete(key)
    for (const { name } of await cache.list(cacheStem(id)))
      if (isRemoved(name)) await cache.remove(name)
  }

  return {
    originals: createS3OriginalStore({
      bucket,
      cacheDir,
      cache,
      pointers,
      known,
      loose,
      keepVersions,
    }),
    deletionLog: createS3DeletionLog(bucket),
    focalPoints: createS3FocalStore({ bucket, cache }),
    facts: createS3FactsStore({ bucket, cache }),
    async removeTraces(id, what) {
      await removeLocalTraces(id, what)
      await removeDetails(id, what.points)
    },
    follower,
    async [Symbol.asyncDispose]() {
      raw.close()
    },
  }
}

/** While the bucket is away, calls fail at once, so that an outage costs an answer nothing. */
function watchBucket(bucket: ObjectBucket, dependencies?: Pick<Dependencies, 'add'>): ObjectBucket {
  const breaker = dependencies?.add(dependencyName, () => bucket.ping(), 'STORE_UNAVAILABLE')
  if (breaker === undefined) return bucket
  return guard(bucket, breaker, 'put', 'putFile', 'open', 'has', 'delete', 'list')
}
