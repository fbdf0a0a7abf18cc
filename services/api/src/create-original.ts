import type { ImageId } from '@iaas/common/image'
import type { OriginalStore } from '@iaas/common/ports/original-store'
import type { UploadAdmission } from './upload/admission.ts'
import { assertUntaken } from './upload/assert-original.ts'
import type { Claims } from './upload/claims.ts'
import type { KeepUpload, StoredOriginal, Upload } from './upload/keep-upload.ts'

export type CreateOriginalOptions = {
  readonly creating: Pick<Claims, 'take'>
  readonly originals: Pick<OriginalStore, 'find'>
  readonly admission: UploadAdmission
  readonly keepUpload: KeepUpload
  /** Longest duration of an upload once it is received, ms. */
  readonly longestKeepMs: number
}

/** @throws AppError ID_TAKEN, TOKEN_PENDING; as an upload by token does */
export type CreateOriginal = (id: ImageId, upload: Upload) => Promise<StoredOriginal>

/**
 * Stores an original for a caller who needs no token. The id is taken before the body is read, as by a claimed token, so that
 * of any number of uploads and tokens one gets it. A failure leaves no file and frees the id at once.
 */
export function createCreateOriginal(options: CreateOriginalOptions): CreateOriginal {
  const { creating, originals, admission, keepUpload, longestKeepMs } = options

  return async function createOriginal(id, upload) {
    await assertUntaken(originals, id)
    return admission.admit(() => attempt(id, upload))
  }

  async function attempt(id: ImageId, upload: Upload): Promise<StoredOriginal> {
    const claim = await creating.take(id, upload.longestReceiveMs + longestKeepMs)
    try {
      return await keepUpload(claim, upload)
    } catch (error) {
      await claim.abandon(error)
      throw error
    }
  }
}
