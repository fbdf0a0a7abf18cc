import type { Stats } from 'node:fs'
import { link, lstat, open, opendir, rm, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { AppError } from '../errors.ts'
import type { ImageId } from '../image/index.ts'
import type { OriginalRef } from '../original-ref.ts'
import type {
  DeleteOptions,
  DiskSpace,
  LeasedFile,
  OriginalStore,
  TemporaryFile,
} from '../ports/original-store.ts'
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
    if (await gone.has(id)) throw new AppError('ORIGINAL_GONE', 'The image was deleted.')
    return undefined
  }

  function locate({ id, version }: OriginalRef): string {
    return version.endsWith(flatMark) ? flatPathOf(id) : pathOf(id)
  }

  async function put(
    id: ImageId,
    file: TemporaryFile,
    prepare?: (original: OriginalRef) => Promise<void>,
  ): Promise<OriginalRef> {
    const path = pathOf(id)
    if ((await findFile(flatPathOf(id))) !== undefined || (await gone.has(id))) throw taken()
    await makeFolder(dirname(path))
    await syncFile(file.path)
    const original = toRef(id, await lstat(file.path))
    await prepare?.(original)
    // Unlike a rename, a hard link never replaces an existing file.
    await link(file.path, path).catch((error: unknown) => {
      throw errorCode(error) === 'EEXIST' ? taken(error) : error
    })
    try {
      await syncFolders(dir, dirname(path))
      // A deletion marks the id, then removes the file. It may have found no file yet.
      if (await gone.has(id)) throw taken()
    } catch (error) {
      // No client was told that this original is stored, so it must not occupy the id.
      await rm(path, { force: true }).catch(() => {})
      throw error
    }
    return original
  }

  /** The mark comes first, so that no crash leaves an id that is neither stored nor gone. */
  async function remove(id: ImageId, { keepGone = false }: DeleteOptions = {}): Promise<boolean> {
    if (keepGone) await gone.set(id)
    const paths = [pathOf(id), flatPathOf(id)]
    const files = await Promise.all(paths.map(findFile))
    const found = paths.filter((_, index) => files[index] !== undefined)
    for (const path of found) {
      await rm(path, { force: true })
      await syncFolders(dir, dirname(path))
    }
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
    put: (id, file, prepare) => translateDiskErrors(put(id, file, prepare)),
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

function taken(cause?: unknown): AppError {
  return new AppError('ID_TAKEN', 'An image with this id already exists. Choose another id.', {
    cause,
  })
}
