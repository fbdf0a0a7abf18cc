import { AppError, type ErrorCode, isAppError } from '@iaas/common/errors'
import type { ImageId } from '@iaas/common/image'
import type { Logger } from '@iaas/common/log'
import type { OriginalStore } from '@iaas/common/ports/original-store'
import type { TokenStore } from '@iaas/common/ports/token-store'
import type { UploadAdmission } from './upload/admission.ts'
import type { KeepUpload, StoredOriginal, Upload } from './upload/keep-upload.ts'

export type StoreOriginalOptions = {
  readonly tokens: TokenStore
  readonly originals: Pick<OriginalStore, 'find'>
  readonly admission: UploadAdmission
  readonly keepUpload: KeepUpload
  /** Longest duration of an upload once it is received, ms. */
  readonly longestKeepMs: number
  readonly log: Logger
}

export type UploadRequest = Upload & {
  /** The ids that the address may name; the token is valid for one of them. */
  readonly ids: readonly [ImageId, ...ImageId[]]
  /** The token as the client sent it; may be anything. */
  readonly token: string | undefined
}

/** @returns the kept original, once the upload is durable */
export type StoreOriginal = (request: UploadRequest) => Promise<StoredOriginal>

/**
 * Runs one attempt to upload. After admission, the token is claimed first. A success is on disk before it is in the database,
 * and in the database before it is answered. A failure leaves no file and frees the id; if the service is at fault, the token
 * stays valid. If the database fails at the very end, its state is unknown: the file and the id stay.
 */
export function createStoreOriginal(options: StoreOriginalOptions): StoreOriginal {
  const { tokens, originals, admission, keepUpload, longestKeepMs, log } = options

  return async function storeOriginal(request) {
    const { token, ids } = request
    const id = token === undefined ? undefined : await findPermitted(token, ids)
    // A client without a valid token never holds a place.
    if (token === undefined || id === undefined) throw tokenInvalid()
    return admission.admit(() => attempt(token, id, request))
  }

  async function findPermitted(token: string, ids: readonly ImageId[]) {
    for (const id of ids) if (await tokens.isClaimable(token, id)) return id
    return undefined
  }

  async function attempt(token: string, id: ImageId, upload: Upload): Promise<StoredOriginal> {
    const leaseMs = upload.longestReceiveMs + longestKeepMs
    if (!(await tokens.claim(token, id, leaseMs))) throw tokenInvalid()
    try {
      return await keepUpload({ token, id, lost: tokenInvalid }, upload)
    } catch (error) {
      const mayRepeat = isOwnFault(error) && !(await isKept(id))
      const settled = mayRepeat ? tokens.giveBack(token, id) : tokens.release(token, id)
      await settled.catch((releaseError: unknown) => {
        // The claim expires by itself and frees the id a little later.
        log.warn('claim not released', { id, error: releaseError })
      })
      throw error
    }
  }

  async function isKept(id: ImageId): Promise<boolean> {
    return (await originals.find(id).catch(() => undefined)) !== undefined
  }
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

function isOwnFault(error: unknown): boolean {
  return isAppError(error, ...ownFaults)
}

function tokenInvalid(): AppError {
  return new AppError(
    'TOKEN_INVALID',
    'The X-Token header must contain an unused token for this id that is at most 15 minutes old.',
  )
}
