import { type Variant, variantKey } from '@iaas/common/image'
import type { Logger } from '@iaas/common/log'
import type { Link, LinkCache, LinkStore } from '@iaas/common/ports/link-store'
import type { ApiMetrics, LookupLayer } from '../metrics/api-metrics.ts'

export type CacheLayer = { readonly name: LookupLayer; readonly cache: LinkCache }

export type CachedLinksOptions = {
  readonly store: LinkStore
  /** The nearest first. */
  readonly layers: readonly CacheLayer[]
  readonly metrics: ApiMetrics
  readonly log: Logger
}

export type CachedLinks = {
  /** Never throws: what cannot be asked counts as not known, and the variant is rendered. */
  find(variant: Variant): Promise<Link | undefined>
  /** Forgets a link whose object is gone, here and in the store. */
  remove(variant: Variant, link: Link): Promise<void>
}

/** Asks the caches in turn, then the store, and lets the nearer ones remember. */
export function createCachedLinks(options: CachedLinksOptions): CachedLinks {
  const { store, layers, metrics, log } = options

  async function ask(
    name: LookupLayer,
    lookup: () => Promise<Link | undefined>,
  ): Promise<Link | undefined> {
    try {
      const link = await lookup()
      metrics.lookup(name, link === undefined ? 'miss' : 'hit')
      return link
    } catch (error) {
      metrics.lookup(name, 'error')
      log.warn('link lookup failed', { layer: name, error })
      return undefined
    }
  }

  async function find(variant: Variant): Promise<Link | undefined> {
    const key = variantKey(variant)
    for (const [index, { name, cache }] of layers.entries()) {
      const link = await ask(name, () => cache.get(key))
      if (link === undefined) continue
      remember(variant, link, layers.slice(0, index))
      return link
    }
    const link = await ask('database', () => store.find(variant))
    if (link !== undefined) remember(variant, link, layers)
    return link
  }

  async function remove(variant: Variant, link: Link): Promise<void> {
    const key = variantKey(variant)
    const forgotten = layers.map(({ cache }) => cache.delete(key))
    await Promise.allSettled([store.remove(variant, link), ...forgotten])
  }

  return { find, remove }
}

/** A cache that cannot remember is asked in vain next time; no answer waits for it. */
function remember(variant: Variant, link: Link, layers: readonly CacheLayer[]): void {
  for (const { cache } of layers) cache.set(variantKey(variant), link).catch(() => {})
}
