import { AppError } from '@iaas/common/errors'
import type { ImageId } from '@iaas/common/image'
import type { Logger } from '@iaas/common/log'
import type { OriginalStore } from '@iaas/common/ports/original-store'
import type { TokenStore } from '@iaas/common/ports/token-store'
import type { UploadAdmission } from './upload/admission.ts'
import { assertUntaken } from './upload/assert-untaken.ts'
import type { KeepUpload, StoredOriginal, Upload } from './upload/keep-upload.ts'

export type CreateOriginalOptions = {
  readonly tokens: Pick<TokenStore, 'take' | 'release'>
  readonly originals: Pick<OriginalStore, 'find'>
  readonly admission: UploadAdmission
  readonly keepUpload: KeepUpload
  /** Longest duration of an upload once it is received, ms. */
  readonly longestKeepMs: number
  readonly log: Logger
}

/** @throws AppError ID_TAKEN, TOKEN_PENDING; as an upload by token does */
export type CreateOriginal = (id: ImageId, upload: Upload) => Promise<StoredOriginal>

/**
 * Stores an original for a caller who needs no token. The id is taken before the body is read, as by a claimed token, so that
 * of any number of uploads and tokens one gets it. A failure leaves no file and frees the id at once.
 */
export function createCreateOriginal(options: CreateOriginalOptions): CreateOriginal {
  const { tokens, originals, admission, keepUpload, longestKeepMs, log } = options

  return async function createOriginal(id, upload) {
    await assertUntaken(originals, id)
    return admission.admit(() => attempt(id, upload))
  }

  async function attempt(id: ImageId, upload: Upload): Promise<StoredOriginal> {
    const token = await tokens.take(id, upload.longestReceiveMs + longestKeepMs)
    try {
      return await keepUpload({ token, id, lost: claimLost }, upload)
    } catch (error) {
      await tokens.release(token, id).catch((releaseError: unknown) => {
        // The claim expires by itself and frees the id a little later.
        log.warn('claim not released', { id, error: releaseError })
      })
      throw error
    }
  }
}

function claimLost(): AppError {
  return new AppError(
    'UPLOAD_TOO_SLOW',
    'The upload took too long, or its id was deleted meanwhile. Send it again.',
  )
}
