import { type Variant, type VariantKey, variantKey } from '@iaas/common/image'
import type { Logger } from '@iaas/common/log'
import type { Link, LinkCache, LinkMemory, LinkStore } from '@iaas/common/ports/link-store'
import type { ApiMetrics, LookupLayer } from '../metrics/api-metrics.ts'

export type CachedLinksOptions = {
  readonly store: LinkStore
  /** What this process remembers. */
  readonly memory: LinkMemory
  /** What all processes remember together, where there is such a thing. */
  readonly shared: LinkCache | undefined
  readonly metrics: ApiMetrics
  readonly log: Logger
}

export type CachedLinks = {
  /** Never throws: what cannot be asked counts as not known, and the variant is rendered. */
  find(variant: Variant): Promise<Link | undefined>
  /** What the store says of it now, whatever was asked before. Never throws. */
  findStored(variant: Variant): Promise<Link | undefined>
  /** Forgets a link whose object is gone, here and in the store. */
  remove(variant: Variant, link: Link): Promise<void>
}

/** Asks the nearest first, and lets the nearer ones remember. Of a crowd that wants the same, one asks. */
export function createCachedLinks(options: CachedLinksOptions): CachedLinks {
  const { store, memory, shared, metrics, log } = options
  const asking = new Map<VariantKey, Promise<Link | undefined>>()

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
    const known = memory.get(key)
    metrics.lookup('memory', known === undefined ? 'miss' : 'hit')
    if (known !== undefined) return known
    const asked = asking.get(key) ?? askOthers(key, variant).finally(() => asking.delete(key))
    asking.set(key, asked)
    return asked
  }

  async function askOthers(key: VariantKey, variant: Variant): Promise<Link | undefined> {
    const told = shared && (await ask('redis', () => shared.get(key)))
    if (told === undefined) return findStored(variant)
    memory.set(key, told)
    return told
  }

  async function findStored(variant: Variant): Promise<Link | undefined> {
    const link = await ask('database', () => store.find(variant))
    if (link === undefined) return undefined
    const key = variantKey(variant)
    memory.set(key, link)
    // A cache that cannot remember is asked in vain next time; no answer waits for it.
    shared?.set(key, link).catch(() => {})
    return link
  }

  async function remove(variant: Variant, link: Link): Promise<void> {
    const key = variantKey(variant)
    memory.delete(key)
    await Promise.allSettled([store.remove(variant, link), shared?.delete(key)])
  }

  return { find, findStored, remove }
}
