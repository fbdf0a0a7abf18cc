import { link, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { AppError } from '../errors.ts'
import type { ImageId } from '../image/index.ts'
import type { OriginalRef } from '../original-ref.ts'
import { errorCode, ignoreMissing } from './disk-errors.ts'
import { findFile } from './find-file.ts'
import type { GoneMarks } from './gone-marks.ts'
import type { KeptVersions } from './kept-versions.ts'
import { makeFolder } from './make-folder.ts'
import { isFlat } from './original-file.ts'
import { hashedPath } from './originals-layout.ts'
import { syncFolders } from './write-durably.ts'

export type PlacesOptions = {
  readonly dir: string
  readonly keepVersions: number
  readonly gone: GoneMarks
  readonly kept: KeptVersions
}

/** The places of the present versions in a folder. Every change resolves once it is durable. */
export type Places = {
  readonly pathOf: (id: ImageId) => string
  /** Returns the path that a file of the legacy iaas has. */
  readonly flatPathOf: (id: ImageId) => string
  readonly locate: (original: OriginalRef) => string
  /** Makes a file the first version of an original. @throws AppError ID_TAKEN */
  take(from: string, id: ImageId): Promise<void>
  /** Makes a file the present version instead of another one, which is kept. @throws AppError ORIGINAL_GONE, VERSION_NOT_FOUND */
  replace(from: string, original: OriginalRef, before: OriginalRef): Promise<void>
  /** Removes every version. Returns true if there was a present one. */
  clear(id: ImageId): Promise<boolean>
}

export function createPlaces({ dir, keepVersions, gone, kept }: PlacesOptions): Places {
  const pathOf = (id: ImageId) => join(dir, hashedPath(id))
  const flatPathOf = (id: ImageId) => join(dir, id)
  const locate = (original: OriginalRef) =>
    isFlat(original) ? flatPathOf(original.id) : pathOf(original.id)

  async function take(from: string, id: ImageId): Promise<void> {
    const path = pathOf(id)
    await makeFolder(dirname(path))
    await linkNew(from, path)
    try {
      // Removing a name changes the ctime of a file, which a lease compares.
      await rm(from, { force: true })
      await syncFolders(dir, dirname(path))
      // A deletion marks the id, then removes the file. It may have found no file yet.
      if (await gone.has(id)) throw taken()
    } catch (error) {
      // No client was told that this original is stored, so it must not occupy the id.
      await rm(path, { force: true }).catch(() => {})
      throw error
    }
  }

  async function replace(from: string, original: OriginalRef, before: OriginalRef): Promise<void> {
    const { id, version } = original
    const path = pathOf(id)
    await makeFolder(dirname(path))
    if (keepVersions > 0) await kept.add(id, locate(before))
    const isMoved = await ignoreMissing(rename(from, path).then(() => true))
    if (isMoved) await syncFolders(dir, dirname(path))
    if (await gone.has(id)) {
      await clear(id)
      throw deleted()
    }
    // A kept version is missing if it was removed meanwhile.
    if (!isMoved) throw versionNotFound()
    // The other one hides it from now on.
    if (isFlat(before)) await removeFile(flatPathOf(id))
    // The next replacement removes what cannot be removed now.
    await kept.trim(id, keepVersions, version).catch(() => {})
  }

  /** The present version goes last, so that no crash leaves older ones without it. */
  async function clear(id: ImageId): Promise<boolean> {
    await kept.clear(id)
    const paths = [pathOf(id), flatPathOf(id)]
    const files = await Promise.all(paths.map(findFile))
    const found = paths.filter((_, index) => files[index] !== undefined)
    for (const path of found) await removeFile(path)
    return found.length > 0
  }

  async function removeFile(path: string): Promise<void> {
    await rm(path, { force: true })
    await syncFolders(dir, dirname(path))
  }

  return { pathOf, flatPathOf, locate, take, replace, clear }
}

/** Unlike a rename, a hard link never replaces an existing file. */
async function linkNew(from: string, to: string): Promise<void> {
  await link(from, to).catch((error: unknown) => {
    throw errorCode(error) === 'EEXIST' ? taken(error) : error
  })
}

export function deleted(): AppError {
  return new AppError('ORIGINAL_GONE', 'The image was deleted.')
}

export function versionNotFound(): AppError {
  return new AppError('VERSION_NOT_FOUND', 'There is no such version of the image.')
}

export function taken(cause?: unknown): AppError {
  return new AppError('ID_TAKEN', 'An image with this id already exists. Choose another id.', {
    cause,
  })
}
