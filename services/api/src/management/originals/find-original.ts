import { AppError } from '@iaas/common/errors'
import type { ImageId } from '@iaas/common/image'
import type { OriginalRef } from '@iaas/common/original-ref'
import type { OriginalStore } from '@iaas/common/ports/original-store'

/** Returns an original. @throws AppError ORIGINAL_NOT_FOUND, ORIGINAL_GONE, STORE_UNAVAILABLE */
export async function findOriginal(
  originals: Pick<OriginalStore, 'find'>,
  id: ImageId,
): Promise<OriginalRef> {
  const original = await originals.find(id)
  if (original !== undefined) return original
  throw new AppError('ORIGINAL_NOT_FOUND', 'There is no original of this id.')
}
