import { type FileHandle, open } from 'node:fs/promises'
import { translateDiskErrors } from './disk/disk-errors.ts'
import { AppError, isAppError } from './errors.ts'
import type { OriginalRef } from './original-ref.ts'
import type { OriginalStore } from './ports/original-store.ts'

type Originals = Pick<OriginalStore, 'open'>

/**
 * Leases the file of an original for a use of it, and makes sure that it was the file of this version all the time.
 *
 * @throws AppError VERSION_NOT_FOUND if it was not, whatever the use has returned or thrown
 */
export async function useOriginal<T>(
  originals: Originals,
  original: OriginalRef,
  use: (path: string) => Promise<T>,
): Promise<T> {
  await using file = await originals.open(original).catch(toVersionGone)
  try {
    return await use(file.path)
  } finally {
    await file.verify?.()
  }
}

/** Opens the file of an original, which stays that of this version. The caller closes it. @throws as `useOriginal` does */
export async function openOriginal(
  originals: Originals,
  original: OriginalRef,
): Promise<FileHandle> {
  let file: FileHandle | undefined
  try {
    return await useOriginal(
      originals,
      original,
      async (path) => (file = await translateDiskErrors(open(path, 'r'))),
    )
  } catch (error) {
    await file?.close()
    throw error
  }
}

/** Most times that work is begun again. Each needs a replacement of its original between lookup and reading. */
const maxAttempts = 4

/**
 * Does work again, from its lookup of an original on, if that was replaced before its file was read.
 *
 * @throws AppError STORE_BUSY if it is replaced all the time
 */
export async function againIfReplaced<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      if (!isAppError(error, 'VERSION_NOT_FOUND')) throw error
    }
  }
  throw new AppError('STORE_BUSY', 'The image is being changed. Try again later.')
}

function toVersionGone(error: unknown): never {
  if (!isAppError(error, 'ORIGINAL_NOT_FOUND')) throw error
  throw new AppError('VERSION_NOT_FOUND', error.message, { cause: error })
}
