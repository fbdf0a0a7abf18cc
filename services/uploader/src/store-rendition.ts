import { objectKey } from '@iaas/common/digest'
import { formats } from '@iaas/common/image'
import type { LinkStore } from '@iaas/common/ports/link-store'
import type { StoreRendition } from '@iaas/common/ports/persistence'
import type { VariantStore } from '@iaas/common/ports/variant-store'
import type { UploaderMetrics } from './metrics.ts'

export type StoreRenditionOptions = {
  readonly variants: Pick<VariantStore, 'put' | 'url'>
  readonly links: Pick<LinkStore, 'record'>
  readonly metrics: Pick<UploaderMetrics, 'linked'>
  /** ms since the epoch. */
  readonly now: () => number
}

/** Does the work of both jobs of a rendition at once: for a process that has its bytes at hand. */
export function createStoreRendition(options: StoreRenditionOptions): StoreRendition {
  const { variants, links, metrics, now } = options
  return async function storeRendition({ variant, renderedAt }, bytes) {
    const key = objectKey(variant, renderedAt)
    await variants.put(key, bytes, formats[variant.format].mime)
    await links.record(variant, { url: variants.url(key) }, renderedAt)
    metrics.linked(now() - renderedAt)
  }
}
