import type { ImageId } from '@iaas/common/image'
import { isReplacementToken } from '@iaas/common/ports/replacements'
import type { UploadAdmission } from './upload/admission.ts'
import { type Claims, tokenInvalid } from './upload/claims.ts'
import type { KeepUpload, StoredOriginal, Upload } from './upload/keep-upload.ts'

export type StoreOriginalOptions = {
  readonly creating: Claims
  readonly replacing: Claims
  readonly admission: UploadAdmission
  readonly keepUpload: KeepUpload
  /** Longest duration of an upload once it is received, ms. */
  readonly longestKeepMs: number
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
 * and in the database before it is answered. A failure leaves no file and frees the id, or leaves the old version; if the service
 * is at fault, the token stays valid. If the database fails at the very end, its state is unknown: the file and the id stay.
 */
export function createStoreOriginal(options: StoreOriginalOptions): StoreOriginal {
  const { admission, keepUpload, longestKeepMs } = options

  return async function storeOriginal(request) {
    const { token, ids } = request
    if (token === undefined) throw tokenInvalid()
    const claims = isReplacementToken(token) ? options.replacing : options.creating
    const id = await findPermitted(claims, token, ids)
    // A client without a valid token never holds a place.
    if (id === undefined) throw tokenInvalid()
    return admission.admit(() => attempt(claims, token, id, request))
  }

  async function attempt(
    claims: Claims,
    token: string,
    id: ImageId,
    upload: Upload,
  ): Promise<StoredOriginal> {
    const claim = await claims.claim(token, id, upload.longestReceiveMs + longestKeepMs)
    if (claim === undefined) throw tokenInvalid()
    try {
      return await keepUpload(claim, upload)
    } catch (error) {
      await claim.abandon(error)
      throw error
    }
  }
}

async function findPermitted(claims: Claims, token: string, ids: readonly ImageId[]) {
  for (const id of ids) if (await claims.isClaimable(token, id)) return id
  return undefined
}
