import { lstat, opendir, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError, isAppError } from '../errors.ts'
import type { ImageId } from '../image/index.ts'
import type { OriginalRef } from '../original-ref.ts'
import type {
  DeleteOptions,
  DiskSpace,
  OriginalStore,
  PutOptions,
  TemporaryFile,
} from '../ports/original-store.ts'
import { dateAfter } from './date-after.ts'
import { ignoreMissing, translateDiskErrors } from './disk-errors.ts'
import { findFile } from './find-file.ts'
import { createGoneMarks } from './gone-marks.ts'
import { createKeptVersions, withoutCopies } from './kept-versions.ts'
import { makeFolder } from './make-folder.ts'
import { leaseFile, readHead, toFlatRef, toRef } from './original-file.ts'
import { createPlaces, deleted, taken, versionNotFound } from './original-places.ts'
import { sideFolders } from './originals-layout.ts'
import { createTemporaryFile, sweepFolder } from './temporary-files.ts'
import { incomingFolder, syncFile } from './write-durably.ts'

export type DiskOriginalStoreOptions = {
  readonly dir: string
  /** Older versions that are kept of each original. */
  readonly keepVersions?: number | undefined
}

/**
 * Stores originals in a folder, spread by the hash of their ids. Also finds the files of the legacy iaas, which lie
 * directly in the folder under their ids; never writes there, and removes only what is deleted.
 */
export function createDiskOriginalStore({
  dir,
  keepVersions = 0,
}: DiskOriginalStoreOptions): OriginalStore {
  const incoming = join(dir, incomingFolder)
  const gone = createGoneMarks(dir)
  const kept = createKeptVersions(dir)
  const places = createPlaces({ dir, keepVersions, gone, kept })
  const { pathOf, flatPathOf, locate } = places

  async function find(id: ImageId): Promise<OriginalRef | undefined> {
    const hashed = await findFile(pathOf(id))
    if (hashed !== undefined) return toRef(id, hashed)
    const flat = await findFile(flatPathOf(id))
    if (flat !== undefined) return toFlatRef(id, flat)
    // A flat file may have been replaced between the two lookups.
    const replaced = await findFile(pathOf(id))
    if (replaced !== undefined) return toRef(id, replaced)
    if (await gone.has(id)) throw deleted()
    return undefined
  }

  async function put(
    id: ImageId,
    file: TemporaryFile,
    { replace = false, prepare }: PutOptions = {},
  ): Promise<OriginalRef> {
    const before = replace ? await findPresent(id) : await assertFree(id)
    // Bytes of the same size, or a clock that was set back, would give it a version that was used before.
    if (before !== undefined) await dateAfter(await newest(before), file.path)
    await syncFile(file.path)
    const original = toRef(id, await lstat(file.path))
    await prepare?.(original)
    if (before === undefined) await places.take(file.path, id)
    else await places.replace(file.path, original, before)
    return original
  }

  async function assertFree(id: ImageId): Promise<undefined> {
    if ((await findFile(flatPathOf(id))) !== undefined || (await gone.has(id))) throw taken()
  }

  async function findPresent(id: ImageId): Promise<OriginalRef> {
    const found = await find(id)
    if (found !== undefined) return found
    throw new AppError('ORIGINAL_NOT_FOUND', 'There is no image of this id.')
  }

  /** Returns the time of the newest version, which is not the present one after it was replaced by an older one. */
  async function newest(present: OriginalRef): Promise<Date> {
    const all = [present, ...(await kept.list(present.id)).map(({ original }) => original)]
    return new Date(Math.max(...all.map(({ modifiedAt }) => modifiedAt.getTime())))
  }

  async function versions(id: ImageId): Promise<readonly OriginalRef[]> {
    const listed = await kept.list(id)
    if (listed.length === 0) return []
    const present = await find(id).catch(ignoreGone)
    return withoutCopies(listed, present?.version ?? '').map(({ original }) => original)
  }

  async function restore(
    id: ImageId,
    version: string,
    prepare?: PutOptions['prepare'],
  ): Promise<OriginalRef> {
    const before = await findPresent(id)
    const found = (await kept.list(id)).find(({ original }) => original.version === version)
    const original = before.version === version ? before : found?.original
    if (original === undefined) throw versionNotFound()
    await prepare?.(original)
    if (found === undefined || original === before) return original
    await places.replace(found.path, original, before)
    return original
  }

  /** The mark comes first, so that no crash leaves an id that is neither stored nor gone. */
  async function remove(id: ImageId, options: DeleteOptions = {}): Promise<boolean> {
    const { keepGone = false, version } = options
    if (version !== undefined && (await find(id))?.version !== version) return false
    if (keepGone) await gone.set(id)
    return places.clear(id)
  }

  async function space(): Promise<DiskSpace> {
    await makeFolder(dir)
    const { bavail, blocks, bsize } = await statfs(dir)
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize }
  }

  return {
    find: (id) => translateDiskErrors(find(id)),
    isEmpty: () => translateDiskErrors(isEmpty(dir)),
    open: (original) => leaseFile(original, locate(original)),
    readHead: (original, bytes) =>
      translateDiskErrors(ignoreMissing(readHead(locate(original), bytes))),
    createTemporary: () => translateDiskErrors(createTemporaryFile(incoming)),
    put: (id, file, putOptions) => translateDiskErrors(put(id, file, putOptions)),
    versions: (id) => translateDiskErrors(versions(id)),
    restore: (id, version, prepare) => translateDiskErrors(restore(id, version, prepare)),
    delete: (id, deleteOptions) => translateDiskErrors(remove(id, deleteOptions)),
    free: (id) => translateDiskErrors(gone.clear(id)),
    space: () => translateDiskErrors(space()),
    sweepTemporary: (olderThanMs) => translateDiskErrors(sweepFolder(incoming, olderThanMs)),
  }
}

/** Files of the legacy iaas count as originals; temporary files and what lies beside originals do not. */
async function isEmpty(dir: string): Promise<boolean> {
  const folder = await ignoreMissing(opendir(dir))
  if (folder === undefined) return true
  for await (const { name } of folder) {
    if (!name.startsWith('.') && !sideFolders.has(name)) return false
  }
  return true
}

function ignoreGone(error: unknown): undefined {
  if (!isAppError(error, 'ORIGINAL_GONE')) throw error
}
