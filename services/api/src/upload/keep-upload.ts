import type { AppError } from '@iaas/common/errors'
import {
  type ImageId,
  type OriginalFormat,
  type Point,
  type Query,
  type Size,
  isCopied,
  parseCrop,
  parseFocal,
} from '@iaas/common/image'
import type { ImageFacts } from '@iaas/common/image-facts'
import type { OriginalRef } from '@iaas/common/original-ref'
import type { FocalStore } from '@iaas/common/ports/focal-store'
import type { OriginalStore } from '@iaas/common/ports/original-store'
import type { TokenStore } from '@iaas/common/ports/token-store'
import type { PreparingRenderer } from '@iaas/rendering/copies/copying-renderer'
import type { Facts } from '../facts/find-facts.ts'
import { type CheckedUpload, createPutOriginal } from './put-original.ts'
import { type UploadWarning, warningsOf } from './upload-warnings.ts'

export type KeepUploadOptions = {
  readonly tokens: Pick<TokenStore, 'complete'>
  readonly originals: OriginalStore
  readonly focalPoints: Pick<FocalStore, 'set'>
  readonly renderer: Pick<PreparingRenderer, 'ingest' | 'prepare' | 'prepareNow'>
  readonly facts: Pick<Facts, 'computeSoon'>
}

/** What is uploaded, and by whom. */
export type Upload = {
  /** Crop region and focal point. */
  readonly query: Query
  /** The client; see `clientOf`. */
  readonly client: string
  /** Writes the uploaded image to the file at this path. @throws AppError for an invalid body */
  readonly receive: (path: string, signal: AbortSignal) => Promise<void>
  /** Longest duration of `receive`, ms. */
  readonly longestReceiveMs: number
  /** Aborts if the client leaves before its answer. */
  readonly signal: AbortSignal
}

export type StoredOriginal = {
  readonly id: ImageId
  readonly format: OriginalFormat
  /** Displayed size, px. */
  readonly size: Size
  readonly warnings: readonly UploadWarning[]
  readonly original: OriginalRef
  readonly focal: Point | undefined
  /** undefined if they are not known yet. */
  readonly facts: ImageFacts | undefined
}

/** A claimed id, and the error to throw if the claim is lost before the upload is complete. */
export type Claim = {
  readonly token: string
  readonly id: ImageId
  readonly lost: () => AppError
}

/**
 * Receives, checks and keeps the upload of a claimed id. Resolves once it is durable and recorded. The caller releases the
 * claim if it rejects.
 */
export type KeepUpload = (claim: Claim, upload: Upload) => Promise<StoredOriginal>

export function createKeepUpload(options: KeepUploadOptions): KeepUpload {
  const { tokens, originals, renderer, facts } = options
  const putOriginal = createPutOriginal(options)

  return async function keepUpload(claim, { query, client, receive, signal }) {
    const { id } = claim
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
    const original = await keep(claim, { id, file, focal })
    const { format, size } = ingested
    const warnings = warningsOf(ingested)
    if (isCopied(format)) await renderer.prepareNow(original)
    const known = facts.computeSoon(original)
    if (!isCopied(format)) renderer.prepare(original)
    return { id, format, size, warnings, original, focal, facts: await known }
  }

  async function keep({ token, lost }: Claim, upload: CheckedUpload): Promise<OriginalRef> {
    const original = await putOriginal.put(upload)
    // If the database fails here, the row may or may not be written: the file and the id stay.
    if (await tokens.complete(token, upload.id)) return original
    await putOriginal.remove(original)
    throw lost()
  }
}
