import type { Logger } from '@iaas/common/log'
import type { LinkStore, LinkWalk, StoredLink } from '@iaas/common/ports/link-store'
import type { VariantStore } from '@iaas/common/ports/variant-store'
import type { UploaderMetrics } from './metrics.ts'

export type CheckLinksOptions = {
  readonly walk: LinkWalk
  readonly links: Pick<LinkStore, 'remove'>
  readonly variants: Pick<VariantStore, 'ping' | 'has'>
  /** Number of links per check. */
  readonly batch: number
  readonly metrics: Pick<UploaderMetrics, 'unlinked'>
  readonly log: Logger
}

/**
 * Checks the objects of the next links and removes links whose objects are gone. Without the link, the next request renders and
 * stores the variant again.
 */
export function createCheckLinks(
  options: CheckLinksOptions,
): (signal: AbortSignal) => Promise<void> {
  const { walk, links, variants, batch, metrics, log } = options

  async function check({ variant, link }: StoredLink): Promise<void> {
    // Objects elsewhere (rows of the legacy iaas, another bucket) cannot be checked.
    if (link.key === undefined || (await variants.has(link.key))) return
    await links.remove(variant, link)
    metrics.unlinked()
    log.warn('link removed: its object is gone', { variant, key: link.key })
  }

  return async (signal) => {
    // A bucket that is down or deleted looks as if every object were gone.
    await variants.ping()
    for (const stored of await walk.next(batch)) {
      if (signal.aborted) return
      await check(stored)
    }
  }
}
