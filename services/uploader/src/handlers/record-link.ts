import { objectKey, variantDigest } from '@iaas/common/digest'
import type { LinkStore } from '@iaas/common/ports/link-store'
import type { PersistRequest } from '@iaas/common/ports/persistence'
import type { Spool } from '@iaas/common/ports/spool'
import type { VariantStore } from '@iaas/common/ports/variant-store'

export type RecordLinkOptions = {
  readonly links: LinkStore
  readonly variants: VariantStore
  readonly spool: Spool
}

/** Records where a stored variant lies, then lets the spool go of it. Runs after its object is stored. */
export type RecordLink = (request: PersistRequest) => Promise<void>

export function createRecordLink({ links, variants, spool }: RecordLinkOptions): RecordLink {
  return async function recordLink({ variant, renderedAt }) {
    const url = variants.url(objectKey(variant, renderedAt))
    await links.record(variant, { url }, renderedAt)
    await spool.drop(variantDigest(variant))
  }
}
