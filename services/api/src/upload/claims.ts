import { AppError, type ErrorCode, isAppError } from '@iaas/common/errors'
import type { ImageId } from '@iaas/common/image'
import type { OriginalRef } from '@iaas/common/original-ref'
import type { CheckedUpload } from './put-original.ts'
import type { UploadWarning } from './upload-warnings.ts'

/** A stored original, and what its uploader should know. */
export type Kept = { readonly original: OriginalRef; readonly warnings: readonly UploadWarning[] }

/** An id that one upload has for itself. */
export type Claim = {
  readonly id: ImageId
  /** Stores the checked upload and ends the claim. @throws AppError if the claim was lost meanwhile */
  keep(upload: CheckedUpload): Promise<Kept>
  /** Ends the claim of an upload that failed. Never rejects: the claim expires by itself. */
  abandon(error: unknown): Promise<void>
}

/** Claims ids for uploads of one kind. `leaseMs`: how long the claim lasts if its process is killed. */
export type Claims = {
  /** Returns true if a token of a client can be claimed now. */
  isClaimable(token: string, id: ImageId): Promise<boolean>
  /** Claims the token of a client; undefined if it is not valid. */
  claim(token: string, id: ImageId, leaseMs: number): Promise<Claim | undefined>
  /** Claims an id for a caller who needs no token. @throws AppError TOKEN_PENDING, ID_TAKEN */
  take(id: ImageId, leaseMs: number): Promise<Claim>
}

/** Errors of correct uploads, which the client or a proxy retries. */
const ownFaults: readonly ErrorCode[] = [
  'RENDERER_BUSY',
  'RENDERER_UNREACHABLE',
  'RENDER_QUARANTINED',
  'STORE_UNAVAILABLE',
  'STORE_BUSY',
  'STORE_FULL',
  'SPOOL_FULL',
  'UPLOADS_BUSY',
]

/** Returns true if the service is at fault, so that the token of the client stays valid. */
export function isOwnFault(error: unknown): boolean {
  return isAppError(error, ...ownFaults)
}

export function tokenInvalid(): AppError {
  return new AppError(
    'TOKEN_INVALID',
    'The X-Token header must contain an unused token for this id that is at most 15 minutes old.',
  )
}

/** Creates the error of a claim without a token that was lost. */
export function claimLost(): AppError {
  return new AppError(
    'UPLOAD_TOO_SLOW',
    'The upload took too long, or its id was deleted meanwhile. Send it again.',
  )
}
