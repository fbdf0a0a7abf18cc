import { open as openFile, statfs } from 'node:fs/promises'
import { versionNotFound } from '@iaas/common/disk/original-places'
import { translateDiskErrors } from '@iaas/common/disk/disk-errors'
import type { FileCache } from '@iaas/common/disk/file-cache'
import { isAppError } from '@iaas/common/errors'
import type { ImageId } from '@iaas/common/image'
import type { OriginalRef } from '@iaas/common/original-ref'
import type {
  DeleteOptions,
  OriginalStore,
  PutOptions,
  TemporaryFile,
} from '@iaas/common/ports/original-store'
import { digestFile } from '../file-digests.ts'
import type { ObjectBucket } from '../object-bucket.ts'
import { download } from './download.ts'
import type { KnownPointers } from './known-pointers.ts'
import { cacheName, cacheStem, folderOf, versionKey, versionOfKey } from './layout.ts'
import type { LooseVersions } from './loose-versions.ts'
import { currentOf, keptOf, names, switchTo } from './pointer.ts'
import type { Decide, Pointers } from './pointers.ts'
import { assertPuttable, newVersion, notFound, toVersion, tooSlow } from './versions.ts'

export type S3OriginalStoreOptions = {
  readonly bucket: ObjectBucket
  /** Folder of the local cache, which also has the temporary files. */
  readonly cacheDir: string
  readonly cache: FileCache
  readonly pointers: Pointers
  readonly known: KnownPointers
  readonly loose: LooseVersions
  readonly keepVersions?: number | undefined
}

/** Time after which an upload gives up, well before what it has stored counts as left over, ms. */
const longestPutMs = 20 * 60_000

/**
 * Stores originals in a bucket: each version is an object of its own, and a pointer says which one is current. Reads them
 * through a local cache.
 */
export function createS3OriginalStore(options: S3OriginalStoreOptions): OriginalStore {
  const { bucket, cacheDir, cache, pointers, known, loose, keepVersions = 0 } = options

  async function put(
    id: ImageId,
    { path }: TemporaryFile,
    { replace = false, prepare }: PutOptions = {},
  ): Promise<OriginalRef> {
    const startedAt = performance.now()
    const digests = await digestFile(path)
    assertPuttable(id, await pointers.read(id), replace)
    const original = newVersion(id, digests.size)
    await Promise.all([loose.note(original), bucket.putFile(versionKey(original), path, digests)])
    await prepare?.(original)
    if (performance.now() - startedAt > longestPutMs) throw tooSlow()
    try {
      await change(id, async (present) => {
        assertPuttable(id, present, replace)
        return switchTo(toVersion(original, digests.sha256), present, keepVersions)
      })
    } catch (error) {
      // Only a refusal is sure to have switched nothing. The sweep removes what remains.
      if (isAppError(error) && error.code !== 'STORE_UNAVAILABLE')
        await bucket.delete(versionKey(original)).catch(() => {})
      throw error
    }
    await cache.add(cacheName(original), original.modifiedAt, path)
    return original
  }

  /** Switches the pointer. Versions that it does not name any more are noted first, for the sweep. */
  async function change(id: ImageId, decide: Decide): Promise<void> {
    await pointers.change(id, async (present) => {
      const next = await decide(present)
      if (next === undefined) return undefined
      const before = [currentOf(id, present), ...keptOf(id, present)]
      for (const version of before)
        if (version !== undefined && !names(next, version.version)) await loose.note(version)
      return next
    })
    known.forget(new Set([id]))
  }

  async function restore(
    id: ImageId,
    version: string,
    prepare?: PutOptions['prepare'],
  ): Promise<OriginalRef> {
    let restored: OriginalRef | undefined
    await change(id, async (present) => {
      const current = currentOf(id, present)
      if (current === undefined || present?.state !== 'stored') throw notFound()
      const kept = present.kept.find((each) => each.version === version)
      restored = [current, ...keptOf(id, present)].find((each) => each.version === version)
      if (restored === undefined) throw versionNotFound()
      await prepare?.(restored)
      return kept && switchTo(kept, present, keepVersions)
    })
    if (restored === undefined) throw versionNotFound()
    return restored
  }

  async function remove(
    id: ImageId,
    { keepGone = false, version }: DeleteOptions = {},
  ): Promise<boolean> {
    let isOther = false
    const before = await pointers.change(id, async (present) => {
      isOther =
        version !== undefined && !(present?.state === 'stored' && present.version === version)
      if (isOther || present?.state === 'gone') return undefined
      if (keepGone) return { state: 'gone' }
      return present?.state === 'stored' ? { state: 'free' } : undefined
    })
    if (isOther) return false
    known.forget(new Set([id]))
    await removeVersions(id)
    await cache.remove(cacheStem(id))
    return before?.state === 'stored'
  }

  /** Removes all versions, also those that a killed process has left. */
  async function removeVersions(id: ImageId): Promise<void> {
    for (;;) {
      const { objects, next } = await bucket.list(folderOf(id))
      for (const { key } of objects) if (versionOfKey(key) !== undefined) await bucket.delete(key)
      if (next === undefined) return
    }
  }

  async function readHead(original: OriginalRef, bytes: number): Promise<Uint8Array | undefined> {
    await using file = await cache.lease(cacheName(original))
    if (file !== undefined) return readStart(file.path, bytes)
    if (original.size === 0) return new Uint8Array()
    const range = { first: 0, last: bytes - 1 }
    const object = await bucket.open(versionKey(original), range)
    return object && Buffer.concat(await object.body.toArray())
  }

  return {
    find: async (id) => currentOf(id, await known.find(id)),
    open: (original) =>
      translateDiskErrors(
        cache.open(cacheName(original), original.modifiedAt, (path) =>
          download(bucket, original, path),
        ),
      ),
    async isEmpty() {
      const { objects } = await bucket.list('', { limit: 1 })
      return !objects.some(({ key }) => /^[\da-f]/.test(key))
    },
    readHead: (original, bytes) => translateDiskErrors(readHead(original, bytes)),
    createTemporary: () => translateDiskErrors(cache.createTemporary()),
    versions: async (id) => keptOf(id, await pointers.read(id)),
    restore,
    put: (id, file, putOptions) => translateDiskErrors(put(id, file, putOptions)),
    delete: (id, deleteOptions) => translateDiskErrors(remove(id, deleteOptions)),
    async free(id) {
      await pointers.change(id, async (present) =>
        present?.state === 'gone' ? { state: 'free' } : undefined,
      )
      known.forget(new Set([id]))
    },
    space: () => translateDiskErrors(spaceOf(cacheDir)),
    async sweepTemporary(olderThanMs) {
      const swept = await translateDiskErrors(cache.sweepTemporary(olderThanMs))
      await translateDiskErrors(cache.sweep())
      await loose.sweep()
      return swept
    },
  }
}

async function readStart(path: string, bytes: number): Promise<Uint8Array> {
  await using file = await openFile(path, 'r')
  const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, 0)
  return buffer.subarray(0, bytesRead)
}

async function spaceOf(dir: string) {
  const { bavail, blocks, bsize } = await statfs(dir)
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize }
}
