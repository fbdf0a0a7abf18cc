import { objectKey, variantDigest } from '@iaas/common/digest'
import type { LinkStore } from '@iaas/common/ports/link-store'
import type { WaitingRendition } from '@iaas/common/ports/persistence'
import type { Spool } from '@iaas/common/ports/spool'
import type { VariantStore } from '@iaas/common/ports/variant-store'
import { UnrecoverableError } from 'bullmq'
import type { UploaderMetrics } from '../metrics.ts'

export type RecordLinkOptions = {
  readonly links: LinkStore
  readonly variants: VariantStore
  readonly spool: Spool
  readonly metrics: Pick<UploaderMetrics, 'linked'>
  /** ms since the epoch. */
  readonly now: () => number
}

/**
 * Records the link of a stored variant, then deletes the variant from the spool.
 *
 * @param wasPreceded resolves to whether the job that stores the object succeeded; if not, the object itself is looked up
 * @throws UnrecoverableError if there is no object: clients are never redirected to a missing one
 */
export type RecordLink = (
  rendition: WaitingRendition,
  wasPreceded: () => Promise<boolean>,
) => Promise<void>

export function createRecordLink(options: RecordLinkOptions): RecordLink {
  const { links, variants, spool, metrics, now } = options
  return async function recordLink({ variant, renderedAt }, wasPreceded) {
    const key = objectKey(variant, renderedAt)
    if (!(await wasPreceded()) && !(await variants.has(key))) {
      throw new UnrecoverableError('Its object was not stored.')
    }
    await links.record(variant, { key }, renderedAt)
    metrics.linked(now() - renderedAt)
    // Also drops a later rendition, which exists if the link was deleted meanwhile. Nothing is lost: the recorded link shows
    // the same image, and the job of the later rendition renders it again. Comparing the times would mean reading every image
    // once more.
    await spool.drop(variantDigest(variant))
  }
}
