import { cacheTag } from '@iaas/common/cache-tag'
import { formats } from '@iaas/common/image'
import { queueNames } from '@iaas/common/jobs/queues'
import type { Logger } from '@iaas/common/log'
import type { ObjectKeys } from '@iaas/common/object-keys'
import type { LinkStore } from '@iaas/common/ports/link-store'
import type { StoreRendition } from '@iaas/common/ports/persistence'
import type { VariantStore } from '@iaas/common/ports/variant-store'
import type { UploaderMetrics } from './metrics.ts'

export type StoreRenditionOptions = {
  readonly keys: Pick<ObjectKeys, 'of'>
  readonly variants: Pick<VariantStore, 'put' | 'delete'>
  readonly links: Pick<LinkStore, 'record'>
  readonly metrics: Pick<UploaderMetrics, 'linked' | 'fenced' | 'job'>
  readonly log: Logger
  /** ms since the epoch. */
  readonly now: () => number
}

/** Stores and links a rendition without jobs, for a process that has its bytes in memory. Counts the work as both jobs. */
export function createStoreRendition(options: StoreRenditionOptions): StoreRendition {
  const { keys, variants, links, metrics, log, now } = options
  const writeStored = log.series('rendition stored')

  async function count<T>(queue: string, work: Promise<T>): Promise<T> {
    const startedAt = performance.now()
    const result = await work
    metrics.job(queue, 'done', performance.now() - startedAt)
    return result
  }

  return async function storeRendition(rendition, bytes) {
    const startedAt = performance.now()
    const { variant, renderedAt, epoch } = rendition
    const key = keys.of(rendition)
    await count(
      queueNames.uploads,
      variants.put(key, bytes, formats[variant.format].mime, cacheTag(variant.id)),
    )
    const recorded = links.record(variant, { key }, renderedAt, epoch)
    if ((await count(queueNames.records, recorded)) === 'fenced') {
      metrics.fenced()
      // No client knows of the object: this is the first attempt to link it.
      await variants.delete(key)
      return
    }
    metrics.linked(now() - renderedAt)
    writeStored({ id: variant.id, key, ms: Math.round(performance.now() - startedAt) })
  }
}
