import { AppError, type ErrorCode, isAppError } from '@iaas/common/errors'
import {
  type ImageId,
  type Point,
  type Query,
  type Size,
  isCopied,
  parseCrop,
  parseFocal,
} from '@iaas/common/image'
import type { ImageFacts } from '@iaas/common/image-facts'
import type { Logger } from '@iaas/common/log'
import type { OriginalRef } from '@iaas/common/original-ref'
import type { FocalStore } from '@iaas/common/ports/focal-store'
import type { OriginalStore } from '@iaas/common/ports/original-store'
import type { TokenStore } from '@iaas/common/ports/token-store'
import type { PreparingRenderer } from '@iaas/rendering/copies/copying-renderer'
import type { Facts } from './facts/find-facts.ts'
import type { UploadAdmission } from './upload/admission.ts'
import { type CheckedUpload, createPutOriginal } from './upload/put-original.ts'

export type StoreOriginalOptions = {
  readonly tokens: TokenStore
  readonly originals: OriginalStore
  readonly focalPoints: Pick<FocalStore, 'set'>
  readonly admission: UploadAdmission
  readonly renderer: Pick<PreparingRenderer, 'ingest' | 'prepare' | 'prepareNow'>
  readonly facts: Pick<Facts, 'computeSoon'>
  /** Longest duration of an upload once it is received, ms. */
  readonly longestKeepMs: number
  readonly log: Logger
}

export type UploadRequest = {
  /** The ids that the address may name; the token is valid for one of them. */
  readonly ids: readonly [ImageId, ...ImageId[]]
  /** The token as the client sent it; may be anything. */
  readonly token: string | undefined
  readonly query: Query
  /** The client; see `clientOf`. */
  readonly client: string
  /** Writes the uploaded image to the file at this path. @throws AppError for an invalid form */
  readonly receive: (path: string, signal: AbortSignal) => Promise<void>
  /** Longest duration of `receive`, ms. */
  readonly longestReceiveMs: number
  /** Aborts if the client leaves before its answer. */
  readonly signal: AbortSignal
}

/** @returns the size of the kept original as it is displayed, px, once the upload is durable */
export type StoredOriginal = {
  readonly id: ImageId
  /** Displayed size, px. */
  readonly size: Size
  readonly warnings: readonly string[]
  readonly original: OriginalRef
  readonly focal: Point | undefined
  /** undefined if they are not known yet. */
  readonly facts: ImageFacts | undefined
}

export type StoreOriginal = (request: UploadRequest) => Promise<StoredOriginal>

/**
 * Runs one attempt to upload. After admission, the token is claimed first. A success is on disk before it is in the database,
 * and in the database before it is answered. A failure leaves no file and frees the id; if the service is at fault, the token
 * stays valid. If the database fails at the very end, its state is unknown: the file and the id stay.
 */
export function createStoreOriginal(options: StoreOriginalOptions): StoreOriginal {
  const { tokens, originals, admission, renderer, facts, longestKeepMs, log } = options
  const putOriginal = createPutOriginal(options)

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

  async function attempt(
    token: string,
    id: ImageId,
    request: UploadRequest,
  ): Promise<StoredOriginal> {
    const leaseMs = request.longestReceiveMs + longestKeepMs
    if (!(await tokens.claim(token, id, leaseMs))) throw tokenInvalid()
    try {
      return await receiveAndKeep(token, id, request)
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

  async function receiveAndKeep(
    token: string,
    id: ImageId,
    request: UploadRequest,
  ): Promise<StoredOriginal> {
    const { query, client, receive, signal } = request
    const crop = parseCrop(query)
    const focal = parseFocal(query)
    await using uploaded = await originals.createTemporary()
    await using reencoded = await originals.createTemporary()
    await receive(uploaded.path, signal)
    const { path } = uploaded
    const job = { path, outputPath: reencoded.path, crop, client }
    const ingested = await renderer.ingest(job, signal)
    signal.throwIfAborted()
    const file = ingested.reencoded ? reencoded : uploaded
    const original = await keep(token, { id, file, focal })
    const { format, size, warnings = [] } = ingested
    if (isCopied(format)) await renderer.prepareNow(original)
    const known = facts.computeSoon(original)
    if (!isCopied(format)) renderer.prepare(original)
    return { id, size, warnings, original, focal, facts: await known }
  }

  async function keep(token: string, upload: CheckedUpload): Promise<OriginalRef> {
    const original = await putOriginal.put(upload)
    // If the database fails here, the row may or may not be written: the file and the id stay.
    if (await tokens.complete(token, upload.id)) return original
    await putOriginal.remove(original)
    throw tokenInvalid()
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
