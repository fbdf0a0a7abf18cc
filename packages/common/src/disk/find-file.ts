import type { Stats } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { errorCode } from './disk-errors.ts'

/** Errors of a path without a file: nothing there, a file in place of a folder, a name too long for the disk. */
const absent = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'EINVAL'])

/** Returns undefined if there is no regular file at the path. */
export async function findFile(path: string): Promise<Stats | undefined> {
  try {
    // Does not follow a symbolic link, which could lead out of the folder.
    const facts = await lstat(path)
    return facts.isFile() ? facts : undefined
  } catch (error) {
    if (absent.has(errorCode(error) ?? '')) return undefined
    throw error
  }
}
