import type { Logger } from '@iaas/common/log'
import type { LinkStore, LinkWalk, StoredLink } from '@iaas/common/ports/link-store'
import type { VariantStore } from '@iaas/common/ports/variant-store'
import type { UploaderMetrics } from './metrics.ts'

export type CheckLinksOptions = {
  readonly walk: LinkWalk
  readonly links: Pick<LinkStore, 'remove'>
  readonly variants: Pick<VariantStore, 'ping' | 'has' | 'keyOf'>
  /** How many links one check looks at. */
  readonly batch: number
  readonly metrics: Pick<UploaderMetrics, 'unlinked'>
  readonly log: Logger
}

/**
 * Looks for the objects of some links, the next ones each time, and removes the links whose objects are gone: clients
 * were redirected to nothing, and the next of them has the variant rendered and stored again.
 */
export function createCheckLinks(
  options: CheckLinksOptions,
): (signal: AbortSignal) => Promise<void> {
  const { walk, links, variants, batch, metrics, log } = options

  async function check({ variant, link }: StoredLink): Promise<void> {
    // What lies elsewhere (rows of the seed, another bucket) cannot be looked for.
    const key = variants.keyOf(link.url)
    if (key === undefined || (await variants.has(key))) return
    await links.remove(variant, link)
    metrics.unlinked()
    log.warn('link removed: its object is gone', { variant, url: link.url })
  }

  return async (signal) => {
    // A bucket that is away or gone as a whole looks as if every object were.
    await variants.ping()
    for (const stored of await walk.next(batch)) {
      if (signal.aborted) return
      await check(stored)
    }
  }
}
