import { AppError, type ErrorCode, isAppError } from '@iaas/common/errors'
import { type ImageId, type Query, type Size, parseCrop } from '@iaas/common/image'
import type { Logger } from '@iaas/common/log'
import type { OriginalStore, TemporaryFile } from '@iaas/common/ports/original-store'
import type { TokenStore } from '@iaas/common/ports/token-store'
import type { PreparingRenderer } from '@iaas/rendering/copies/copying-renderer'
import type { UploadAdmission } from './upload/admission.ts'

export type StoreOriginalOptions = {
  readonly tokens: TokenStore
  readonly originals: OriginalStore
  readonly admission: UploadAdmission
  readonly renderer: Pick<PreparingRenderer, 'ingest' | 'prepare'>
  /** See `IngestJob`. */
  readonly stripMetadata: boolean
  /** The longest that an upload takes once it is received, ms. */
  readonly longestKeepMs: number
  readonly log: Logger
}

export type UploadRequest = {
  readonly id: ImageId
  /** As the client sent it; anything. */
  readonly token: string | undefined
  readonly query: Query
  /** Who uploads; see `clientOf`. */
  readonly client: string
  /** Writes the picture that is uploaded into the file at this path. @throws AppError for a form that is not correct */
  readonly receive: (path: string, signal: AbortSignal) => Promise<void>
  /** The longest that `receive` takes, ms. */
  readonly longestReceiveMs: number
  /** Aborts when the client leaves before its answer. */
  readonly signal: AbortSignal
}

/** @returns the size of the kept original as it is displayed, px, once the upload is durable */
export type StoredOriginal = {
  /** As it is displayed, px. */
  readonly size: Size
  readonly warnings: readonly string[]
}

export type StoreOriginal = (request: UploadRequest) => Promise<StoredOriginal>

/**
 * One attempt to upload: where there is room for it, the token is taken first, whatever comes of it. One that succeeds is on
 * disk before it is in the database, and in the database before it is answered. One that fails leaves no file and gives the
 * id free; where the service is at fault, the token is good for another attempt. Where the database fails at the very end,
 * nobody knows what it has recorded: the file and the id stay.
 */
export function createStoreOriginal(options: StoreOriginalOptions): StoreOriginal {
  const { tokens, originals, admission, renderer, stripMetadata, longestKeepMs, log } = options

  return async function storeOriginal(request) {
    const { token, id } = request
    // Who has no token holds no place, not even for a moment.
    if (token === undefined || !(await tokens.isClaimable(token, id))) throw tokenInvalid()
    return admission.admit(() => attempt(token, request))
  }

  async function attempt(token: string, request: UploadRequest): Promise<StoredOriginal> {
    const { id } = request
    const leaseMs = request.longestReceiveMs + longestKeepMs
    if (!(await tokens.claim(token, id, leaseMs))) throw tokenInvalid()
    try {
      return await receiveAndKeep(token, request)
    } catch (error) {
      const mayRepeat = isOwnFault(error) && !(await isKept(id))
      const settled = mayRepeat ? tokens.giveBack(token, id) : tokens.release(token, id)
      await settled.catch((releaseError: unknown) => {
        // The lease of the claim ends by itself: the id is free a little later.
        log.warn('claim not released', { id, error: releaseError })
      })
      throw error
    }
  }

  async function isKept(id: ImageId): Promise<boolean> {
    return (await originals.find(id).catch(() => undefined)) !== undefined
  }

  async function receiveAndKeep(token: string, request: UploadRequest): Promise<StoredOriginal> {
    const { id, query, client, receive, signal } = request
    const crop = parseCrop(query)
    await using uploaded = await originals.createTemporary()
    await using reencoded = await originals.createTemporary()
    await receive(uploaded.path, signal)
    const { path } = uploaded
    const job = { path, outputPath: reencoded.path, crop, stripMetadata, client }
    const ingested = await renderer.ingest(job, signal)
    signal.throwIfAborted()
    await keep(id, token, ingested.reencoded ? reencoded : uploaded)
    // The upload stands, whatever becomes of this.
    const original = await originals.find(id).catch(() => undefined)
    if (original !== undefined) renderer.prepare(original.path)
    return { size: ingested.size, warnings: ingested.warnings ?? [] }
  }

  async function keep(id: ImageId, token: string, file: TemporaryFile): Promise<void> {
    await originals.put(id, file)
    // Should the database fail here, the row may or may not be written: the file stays, and the id with it.
    if (await tokens.complete(token, id)) return
    await originals.delete(id)
    throw tokenInvalid()
  }
}

/** Errors of uploads that are correct. The client or a proxy sends such an upload again. */
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
