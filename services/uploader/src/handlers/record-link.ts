import { objectKey, variantDigest } from '@iaas/common/digest'
import type { LinkStore } from '@iaas/common/ports/link-store'
import type { PersistRequest } from '@iaas/common/ports/persistence'
import type { Spool } from '@iaas/common/ports/spool'
import type { VariantStore } from '@iaas/common/ports/variant-store'
import type { UploaderMetrics } from '../metrics.ts'

export type RecordLinkOptions = {
  readonly links: LinkStore
  readonly variants: VariantStore
  readonly spool: Spool
  readonly metrics: Pick<UploaderMetrics, 'linked'>
  /** ms since the epoch. */
  readonly now: () => number
}

/** Records where a stored variant lies, then lets the spool go of it. Runs after its object is stored. */
export type RecordLink = (request: PersistRequest) => Promise<void>

export function createRecordLink(options: RecordLinkOptions): RecordLink {
  const { links, variants, spool, metrics, now } = options
  return async function recordLink({ variant, renderedAt }) {
    const url = variants.url(objectKey(variant, renderedAt))
    await links.record(variant, { url }, renderedAt)
    metrics.linked(now() - renderedAt)
    await spool.drop(variantDigest(variant))
  }
}
