import { AppError } from '../errors.ts'

/** Returns the system's code of an error, such as ENOENT. */
export function errorCode(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error
    ? String(error.code)
    : undefined
}

/** Returns undefined for a missing file; other errors are thrown. */
export async function ignoreMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

const fullOrRefused = new Set([
  'ENOSPC',
  'EDQUOT',
  'EROFS',
  'EACCES',
  'EPERM',
  'EIO',
  'EMFILE',
  'ENFILE',
])

/** Returns true if the error is caused by a full, read-only or broken disk, not by the request. */
export function isDiskFailure(error: unknown): boolean {
  return fullOrRefused.has(errorCode(error) ?? '')
}

/** Translates errors of a full, read-only or broken disk to STORE_UNAVAILABLE. */
export async function translateDiskErrors<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (!isDiskFailure(error)) throw error
    throw new AppError('STORE_UNAVAILABLE', 'Nothing can be stored now.', { cause: error })
  }
}
