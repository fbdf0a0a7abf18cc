import { mkdir } from 'node:fs/promises'
import { AppError } from '../errors.ts'
import { errorCode } from './disk-errors.ts'

/**
 * Makes a folder, and those above it, where they are not there yet.
 *
 * @throws AppError STORE_UNAVAILABLE on a disk that is read-only: Node looks for the folder that it could not make, and
 *   tells that it is missing instead; other errors of the file system
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true })
  } catch (cause) {
    if (errorCode(cause) !== 'ENOENT') throw cause
    throw new AppError('STORE_UNAVAILABLE', 'Nothing can be stored now.', { cause })
  }
}

/** Does what needs a folder, and makes the folder only if it is missing: mostly it is there. */
export async function withFolder<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const isMissing = errorCode(error) === 'ENOENT'
    if (!isMissing) throw error
    await makeFolder(path)
    return work()
  }
}
