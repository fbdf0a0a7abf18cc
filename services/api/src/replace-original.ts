import type { ImageId } from '@iaas/common/image'
import type { OriginalRef } from '@iaas/common/original-ref'
import type { OriginalStore } from '@iaas/common/ports/original-store'
import type { UploadAdmission } from './upload/admission.ts'
import { assertPresent } from './upload/assert-original.ts'
import type { Claims } from './upload/claims.ts'
import type { KeepUpload, StoredOriginal, Upload } from './upload/keep-upload.ts'

export type ReplaceOriginalOptions = {
  readonly replacing: Pick<Claims, 'take'>
  readonly originals: Pick<OriginalStore, 'find'>
  readonly admission: UploadAdmission
  readonly keepUpload: KeepUpload
  /** Longest duration of an upload once it is received, ms. */
  readonly longestKeepMs: number
}

/**
 * @param check called with the version that is going to be replaced; rejects if the caller means another one
 * @throws AppError ORIGINAL_NOT_FOUND, ORIGINAL_GONE, TOKEN_PENDING; as an upload by token does; what `check` throws
 */
export type ReplaceOriginal = (
  id: ImageId,
  upload: Upload,
  check?: (original: OriginalRef) => void,
) => Promise<StoredOriginal>

/**
 * Replaces an original for a caller who needs no token. The claim comes before the body and excludes other replacements, so that
 * the version that was checked is the one that is replaced. A failure leaves the old version.
 */
export function createReplaceOriginal(options: ReplaceOriginalOptions): ReplaceOriginal {
  const { replacing, originals, admission, keepUpload, longestKeepMs } = options

  return async function replaceOriginal(id, upload, check) {
    check?.(await assertPresent(originals, id))
    return admission.admit(async () => {
      const claim = await replacing.take(id, upload.longestReceiveMs + longestKeepMs)
      try {
        check?.(await assertPresent(originals, id))
        return await keepUpload(claim, upload)
      } catch (error) {
        await claim.abandon(error)
        throw error
      }
    })
  }
}
