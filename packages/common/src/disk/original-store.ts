import { link, lstat, open, opendir, rm, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { originalPath } from '../digest.ts'
import { AppError } from '../errors.ts'
import type { ImageId } from '../image/index.ts'
import type {
  DiskSpace,
  OriginalFile,
  OriginalStore,
  TemporaryFile,
} from '../ports/original-store.ts'
import { errorCode, ignoreMissing, translateDiskErrors } from './disk-errors.ts'
import { makeFolder } from './make-folder.ts'
import { createTemporaryFile, sweepFolder } from './temporary-files.ts'
import { copiesFolder } from './working-copy-store.ts'
import { incomingFolder, syncFile, syncFolders } from './write-durably.ts'

export type DiskOriginalStoreOptions = { readonly dir: string }

/**
 * Folder of the hashed names. A flat file of the legacy iaas may have the name of a hashed folder, but never begins
 * with "_".
 */
const hashedFolder = '_hashed'

/** Errors of a path without a file: nothing there, a file in place of a folder, a name too long for the disk. */
const absent = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'EINVAL'])

/**
 * Stores originals in a folder, spread by the hash of their ids. Also finds the files of the legacy iaas, which lie
 * directly in the folder under their ids; never writes there.
 */
export function createDiskOriginalStore({ dir }: DiskOriginalStoreOptions): OriginalStore {
  const incoming = join(dir, incomingFolder)
  const pathOf = (id: ImageId) => join(dir, hashedFolder, originalPath(id))

  async function find(id: ImageId): Promise<OriginalFile | undefined> {
    return (await findFile(pathOf(id))) ?? findFile(join(dir, id))
  }

  async function put(id: ImageId, file: TemporaryFile): Promise<void> {
    const path = pathOf(id)
    if ((await findFile(join(dir, id))) !== undefined) throw taken()
    await makeFolder(dirname(path))
    await syncFile(file.path)
    // Unlike a rename, a hard link never replaces an existing file.
    await link(file.path, path).catch((error: unknown) => {
      throw errorCode(error) === 'EEXIST' ? taken(error) : error
    })
    try {
      await syncFolders(dir, dirname(path))
    } catch (error) {
      // No client was told that this original is stored, so it must not occupy the id.
      await rm(path, { force: true }).catch(() => {})
      throw error
    }
  }

  async function space(): Promise<DiskSpace> {
    await makeFolder(dir)
    const { bavail, blocks, bsize } = await statfs(dir)
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize }
  }

  return {
    find: (id) => translateDiskErrors(find(id)),
    isEmpty: () => translateDiskErrors(isEmpty(dir)),
    readHead: ({ path }, bytes) => translateDiskErrors(ignoreMissing(readHead(path, bytes))),
    createTemporary: () => translateDiskErrors(createTemporaryFile(incoming)),
    put: (id, file) => translateDiskErrors(put(id, file)),
    delete: (id) => translateDiskErrors(rm(pathOf(id), { force: true })),
    space: () => translateDiskErrors(space()),
    sweepTemporary: (olderThanMs) => translateDiskErrors(sweepFolder(incoming, olderThanMs)),
  }
}

/** Files of the legacy iaas count as originals; temporary files and working copies do not. */
async function isEmpty(dir: string): Promise<boolean> {
  const folder = await ignoreMissing(opendir(dir))
  if (folder === undefined) return true
  for await (const { name } of folder) {
    if (!name.startsWith('.') && name !== copiesFolder) return false
  }
  return true
}

async function findFile(path: string): Promise<OriginalFile | undefined> {
  try {
    // Does not follow a symbolic link, which could lead out of the folder.
    const facts = await lstat(path)
    return facts.isFile() ? { path, size: facts.size, modifiedAt: facts.mtime } : undefined
  } catch (error) {
    if (absent.has(errorCode(error) ?? '')) return undefined
    throw error
  }
}

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
