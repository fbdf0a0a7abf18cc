import { mkdir } from 'node:fs/promises'
import { AppError } from '../errors.ts'
import { errorCode } from './disk-errors.ts'

/**
 * Creates a folder and its parents if they are missing. Returns true if one was.
 *
 * @throws AppError STORE_UNAVAILABLE on a read-only disk, for which Node reports that the folder it could not create is
 * missing; other errors of the file system
 */
export async function makeFolder(path: string): Promise<boolean> {
  try {
    return (await mkdir(path, { recursive: true })) !== undefined
  } catch (cause) {
    if (errorCode(cause) !== 'ENOENT') throw cause
    throw new AppError('STORE_UNAVAILABLE', 'Nothing can be stored now.', { cause })
  }
}

/**
 * Runs work that needs a folder. Creates the folder only if the work finds it missing, and then calls `onMissing`.
 */
export async function withFolder<T>(
  path: string,
  work: () => Promise<T>,
  onMissing: () => void = () => {},
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const isMissing = errorCode(error) === 'ENOENT'
    if (!isMissing) throw error
    onMissing()
    await makeFolder(path)
    return work()
  }
}
