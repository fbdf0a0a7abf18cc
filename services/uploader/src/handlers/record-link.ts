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
 * Records where a stored variant lies, then lets the spool go of it.
 *
 * @param wasPreceded whether the job that stores its object was done; where not, the object itself is looked for
 * @throws UnrecoverableError where there is no object: nobody is ever sent to one that is not there
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
    const url = variants.url(key)
    await links.record(variant, { url }, renderedAt)
    metrics.linked(now() - renderedAt)
    // Should a later rendition lie there already, as after its link was deleted, it goes as well, and nothing is lost: the
    // link that stands is of the same original and the same variant, so of the same picture, and whoever needs the bytes
    // (the job of the later one) renders them again. Comparing the times would mean reading every picture once more.
    await spool.drop(variantDigest(variant))
  }
}
