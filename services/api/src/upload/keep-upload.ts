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
import type { OriginalStore } from '@iaas/common/ports/original-store'
import type { PreparingRenderer } from '@iaas/rendering/copies/copying-renderer'
import type { Facts } from '../facts/find-facts.ts'
import type { LedgerKeeper } from '../ledger/keep-ledger.ts'
import type { Claim } from './claims.ts'
import { type UploadWarning, warningsOf } from './upload-warnings.ts'

export type KeepUploadOptions = {
  readonly originals: Pick<OriginalStore, 'createTemporary'>
  readonly renderer: Pick<PreparingRenderer, 'ingest' | 'prepare' | 'prepareNow'>
  readonly facts: Pick<Facts, 'computeSoon'>
  readonly ledgerKeeper: Pick<LedgerKeeper, 'settle'>
}

/** An upload and its client. */
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

/**
 * Receives, checks and keeps the upload of a claimed id. Resolves once it is durable and recorded. The caller abandons the
 * claim if it rejects.
 */
export type KeepUpload = (claim: Claim, upload: Upload) => Promise<StoredOriginal>

export function createKeepUpload(options: KeepUploadOptions): KeepUpload {
  const { originals, renderer, facts, ledgerKeeper } = options

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
    const { original, warnings } = await claim.keep({ id, file, focal })
    const { format, size } = ingested
    if (isCopied(format)) await renderer.prepareNow(original)
    const known = facts.computeSoon(original)
    if (!isCopied(format)) renderer.prepare(original)
    await ledgerKeeper.settle(id, { version: original.version, format, size })
    return {
      id,
      format,
      size,
      warnings: [...warningsOf(ingested), ...warnings],
      original,
      focal,
      facts: await known,
    }
  }
}
