import { AppError } from '../errors.ts'

/** The system's code of an error, such as ENOENT. */
export function errorCode(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error
    ? String(error.code)
    : undefined
}

/** A file that is not there is `undefined`; every other error is the caller's. */
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

/** Whether a disk that is full, read-only or broken is the reason, and not what was asked of it. */
export function isDiskFailure(error: unknown): boolean {
  return fullOrRefused.has(errorCode(error) ?? '')
}

/** A disk that is full, read-only or broken becomes STORE_UNAVAILABLE. */
export async function translateDiskErrors<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (!isDiskFailure(error)) throw error
    throw new AppError('STORE_UNAVAILABLE', 'Nothing can be stored now.', { cause: error })
  }
}
