import { AppError, isAppError } from '@iaas/common/errors'
import type { ImageId } from '@iaas/common/image'
import type { OriginalRef } from '@iaas/common/original-ref'
import type { OriginalStore } from '@iaas/common/ports/original-store'

/**
 * Checks that no original has, or had, an id. It may exist, or be gone, without a row: copied by hand, or uploaded before the
 * database was lost.
 *
 * @throws AppError ID_TAKEN, STORE_UNAVAILABLE
 */
export async function assertUntaken(
  originals: Pick<OriginalStore, 'find'>,
  id: ImageId,
): Promise<void> {
  const found = await originals.find(id).catch((error: unknown) => {
    if (!isAppError(error, 'ORIGINAL_GONE')) throw error
    const gone = 'The image of this id was deleted, and its id stays taken. Choose another id.'
    throw new AppError('ID_TAKEN', gone, { cause: error })
  })
  if (found !== undefined) {
    throw new AppError('ID_TAKEN', 'An image with this id already exists. Choose another id.')
  }
}

/** Returns the original of an id. @throws AppError ORIGINAL_NOT_FOUND, ORIGINAL_GONE, STORE_UNAVAILABLE */
export async function assertPresent(
  originals: Pick<OriginalStore, 'find'>,
  id: ImageId,
): Promise<OriginalRef> {
  const original = await originals.find(id)
  if (original !== undefined) return original
  throw new AppError('ORIGINAL_NOT_FOUND', 'There is no image of this id.')
}
