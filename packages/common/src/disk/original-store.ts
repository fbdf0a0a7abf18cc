import type { Stats } from 'node:fs'
import { link, lstat, open, opendir, rename, rm, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { AppError, isAppError } from '../errors.ts'
import type { ImageId } from '../image/index.ts'
import type { OriginalRef } from '../original-ref.ts'
import type {
  DeleteOptions,
  DiskSpace,
  LeasedFile,
  OriginalStore,
  PutOptions,
  TemporaryFile,
} from '../ports/original-store.ts'
import { dateAfter } from './date-after.ts'
import { errorCode, ignoreMissing, translateDiskErrors } from './disk-errors.ts'
import { findFile } from './find-file.ts'
import { createGoneMarks } from './gone-marks.ts'
import { makeFolder } from './make-folder.ts'
import { hashedPath, sideFolders } from './originals-layout.ts'
import { createTemporaryFile, sweepFolder } from './temporary-files.ts'
import { incomingFolder, syncFile, syncFolders } from './write-durably.ts'

export type DiskOriginalStoreOptions = { readonly dir: string }

/** End of the version of a flat file, so that opening it takes no lookup. */
const flatMark = '.flat'

/**
 * Stores originals in a folder, spread by the hash of their ids. Also finds the files of the legacy iaas, which lie
 * directly in the folder under their ids; never writes there, and removes only what is deleted.
 */
export function createDiskOriginalStore({ dir }: DiskOriginalStoreOptions): OriginalStore {
  const incoming = join(dir, incomingFolder)
  const pathOf = (id: ImageId) => join(dir, hashedPath(id))
  const flatPathOf = (id: ImageId) => join(dir, id)
  const gone = createGoneMarks(dir)

  async function find(id: ImageId): Promise<OriginalRef | undefined> {
    const hashed = await findFile(pathOf(id))
    if (hashed !== undefined) return toRef(id, hashed)
    const flat = await findFile(flatPathOf(id))
    if (flat !== undefined) return toRef(id, flat, flatMark)
    // A flat file may have been replaced between the two lookups.
    const replaced = await findFile(pathOf(id))
    if (replaced !== undefined) return toRef(id, replaced)
    if (await gone.has(id)) throw deleted()
    return undefined
  }

  function locate({ id, version }: OriginalRef): string {
    return version.endsWith(flatMark) ? flatPathOf(id) : pathOf(id)
  }

  async function put(
    id: ImageId,
    file: TemporaryFile,
    { replace = false, prepare }: PutOptions = {},
  ): Promise<OriginalRef> {
    const path = pathOf(id)
    const before = await findBefore(id, replace)
    await makeFolder(dirname(path))
    // Bytes of the same size, or a clock that was set back, would give it a version that was used before.
    if (before !== undefined) await dateAfter(before.modifiedAt, file.path)
    await syncFile(file.path)
    const original = toRef(id, await lstat(file.path))
    await prepare?.(original)
    if (replace) await rename(file.path, path)
    else await linkNew(file.path, path)
    try {
      await syncFolders(dir, dirname(path))
      // A deletion marks the id, then removes the file. It may have found no file yet.
      if (await gone.has(id)) throw replace ? deleted() : taken()
    } catch (error) {
      // No client was told that this original is stored, so it must not occupy the id. The replaced one is lost already.
      if (!replace || isAppError(error)) await rm(path, { force: true }).catch(() => {})
      throw error
    }
    // It is hidden by the other one from now on.
    if (before?.version.endsWith(flatMark) === true) await removeFile(flatPathOf(id))
    return original
  }

  /** Returns the original to replace. @throws AppError if the id has one and should not, or the other way round */
  async function findBefore(id: ImageId, replace: boolean): Promise<OriginalRef | undefined> {
    if (!replace) {
      if ((await findFile(flatPathOf(id))) !== undefined || (await gone.has(id))) throw taken()
      return undefined
    }
    const found = await find(id)
    if (found !== undefined) return found
    throw new AppError('ORIGINAL_NOT_FOUND', 'There is no image of this id.')
  }

  async function removeFile(path: string): Promise<void> {
    await rm(path, { force: true })
    await syncFolders(dir, dirname(path))
  }

  /** The mark comes first, so that no crash leaves an id that is neither stored nor gone. */
  async function remove(
    id: ImageId,
    { keepGone = false, version }: DeleteOptions = {},
  ): Promise<boolean> {
    if (version !== undefined && (await find(id))?.version !== version) return false
    if (keepGone) await gone.set(id)
    const paths = [pathOf(id), flatPathOf(id)]
    const files = await Promise.all(paths.map(findFile))
    const found = paths.filter((_, index) => files[index] !== undefined)
    for (const path of found) await removeFile(path)
    return found.length > 0
  }

  async function space(): Promise<DiskSpace> {
    await makeFolder(dir)
    const { bavail, blocks, bsize } = await statfs(dir)
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize }
  }

  return {
    find: (id) => translateDiskErrors(find(id)),
    isEmpty: () => translateDiskErrors(isEmpty(dir)),
    open: (original) => Promise.resolve(lease(locate(original))),
    readHead: (original, bytes) =>
      translateDiskErrors(ignoreMissing(readHead(locate(original), bytes))),
    createTemporary: () => translateDiskErrors(createTemporaryFile(incoming)),
    put: (id, file, options) => translateDiskErrors(put(id, file, options)),
    delete: (id, options) => translateDiskErrors(remove(id, options)),
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

/** Derives the version from size and time. Both stay the same when a folder is moved or restored with its times. */
function toRef(id: ImageId, { size, mtimeMs, mtime }: Stats, mark = ''): OriginalRef {
  const version = `${size.toString(36)}.${Math.floor(mtimeMs).toString(36)}${mark}`
  return { id, version, size, modifiedAt: mtime }
}

/** Leases a file of the folder, which stays there by itself. */
function lease(path: string): LeasedFile {
  return { path, [Symbol.asyncDispose]: release }
}

async function release(): Promise<void> {}

async function readHead(path: string, bytes: number): Promise<Uint8Array> {
  await using file = await open(path, 'r')
  const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, 0)
  return buffer.subarray(0, bytesRead)
}

/** Unlike a rename, a hard link never replaces an existing file. */
async function linkNew(from: string, to: string): Promise<void> {
  await link(from, to).catch((error: unknown) => {
    throw errorCode(error) === 'EEXIST' ? taken(error) : error
  })
}

function deleted(): AppError {
  return new AppError('ORIGINAL_GONE', 'The image was deleted.')
}

function taken(cause?: unknown): AppError {
  return new AppError('ID_TAKEN', 'An image with this id already exists. Choose another id.', {
    cause,
  })
}
