import { keyInEpoch } from '@iaas/common/digest'
import { isAppError } from '@iaas/common/errors'
import { type Variant, type VariantKey, variantKey } from '@iaas/common/image'
import type { Logger } from '@iaas/common/log'
import type { Link, LinkCache, LinkMemory, LinkStore } from '@iaas/common/ports/link-store'
import type { KnownEpochs } from '../epochs/known-epochs.ts'
import type { ApiMetrics, LookupLayer } from '../metrics/api-metrics.ts'

export type CachedLinksOptions = {
  readonly store: LinkStore
  /** Cache of this process. */
  readonly memory: LinkMemory
  /** Cache that all processes share, if there is one. */
  readonly shared: LinkCache | undefined
  readonly epochs: Pick<KnownEpochs, 'of' | 'isTrusted'>
  readonly metrics: ApiMetrics
  readonly log: Logger
}

export type CachedLinks = {
  /** Finds the link of a variant. A layer that does not answer counts as a miss. Never rejects. */
  find(variant: Variant, key?: VariantKey): Promise<Link | undefined>
  /** Looks up the store and bypasses the caches. A store that does not answer counts as a miss. Never rejects. */
  findStored(variant: Variant): Promise<Link | undefined>
  /** Lets later calls of `find` start a lookup of their own: one that runs may have missed a link just recorded. */
  noteStored(variant: Variant): void
  /**
   * Deletes a link whose object is gone, from the caches and the store. Returns false if the store does not answer. Never
   * rejects.
   */
  remove(variant: Variant, link: Link): Promise<boolean>
}

/** Number of times that a lookup waits for a free connection, each up to the limit of the pool. */
const busyAttempts = 4

const none: Promise<Link | undefined> = Promise.resolve(undefined)

/** A lookup that others may join unless the link was deleted since it started. */
type Lookup = { readonly generation: number; link: Promise<Link | undefined> }

/**
 * Looks up the nearest layer first and fills the nearer ones. Concurrent lookups of a variant are coalesced. A result is not
 * cached if the link was deleted in the meantime.
 */
export function createCachedLinks(options: CachedLinksOptions): CachedLinks {
  const { store, memory, shared, epochs, metrics, log } = options
  const lookups = new Map<VariantKey, Lookup>()

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

  async function find(
    variant: Variant,
    key: VariantKey = variantKey(variant),
  ): Promise<Link | undefined> {
    const known = isTrusted() ? memory.get(key) : undefined
    metrics.lookup('memory', known === undefined ? 'miss' : 'hit')
    if (known !== undefined) return known
    const running = lookups.get(key)
    if (running !== undefined && !memory.wasDeletedSince(running.generation, key)) {
      return running.link
    }
    return startLookup(key, variant)
  }

  function startLookup(key: VariantKey, variant: Variant): Promise<Link | undefined> {
    const lookup: Lookup = { generation: memory.generation, link: none }
    lookups.set(key, lookup)
    lookup.link = runLookup(key, variant, lookup)
    return lookup.link
  }

  async function runLookup(key: VariantKey, variant: Variant, lookup: Lookup) {
    const link = await askOthers(key, variant)
    // A later lookup may have replaced it.
    if (lookups.get(key) === lookup) lookups.delete(key)
    return link
  }

  /** Caches of links may be older than a raise that this process does not know of while it is not registered. */
  function isTrusted(): boolean {
    return epochs.isTrusted(performance.now())
  }

  /** Names a link in Redis. An old entry of a raised original has another name. Computed before the lookup of the link. */
  function sharedName(key: VariantKey, { id }: Variant): VariantKey {
    return keyInEpoch(key, epochs.of(id))
  }

  async function askOthers(key: VariantKey, variant: Variant): Promise<Link | undefined> {
    const { generation } = memory
    const name = sharedName(key, variant)
    const told = shared && isTrusted() ? await ask('redis', () => shared.get(name)) : undefined
    if (told === undefined) return findStored(variant, key)
    if (!memory.wasDeletedSince(generation, key)) memory.set(key, told)
    return told
  }

  /** Waits again for a busy store: rendering a variant that may be stored would be more work. */
  async function findPatiently(variant: Variant): Promise<Link | undefined> {
    for (let left = busyAttempts; ; left -= 1) {
      try {
        return await store.find(variant)
      } catch (error) {
        if (left <= 1 || !isAppError(error, 'STORE_BUSY')) throw error
      }
    }
  }

  async function findStored(
    variant: Variant,
    key: VariantKey = variantKey(variant),
  ): Promise<Link | undefined> {
    const { generation } = memory
    const name = sharedName(key, variant)
    const link = await ask('database', () => findPatiently(variant))
    if (link === undefined || memory.wasDeletedSince(generation, key)) return link
    memory.set(key, link)
    // A failed cache write only costs a later lookup; no answer waits for it.
    shared?.set(name, link).catch(() => {})
    return link
  }

  async function remove(variant: Variant, link: Link): Promise<boolean> {
    const key = variantKey(variant)
    memory.delete(key)
    const [removal] = await Promise.allSettled([store.remove(variant, link)])
    // Lookups that started in between may have found the row.
    memory.delete(key)
    await Promise.allSettled([shared?.delete(sharedName(key, variant))])
    return removal.status === 'fulfilled'
  }

  return {
    find,
    findStored: (variant) => findStored(variant),
    noteStored: (variant) => void lookups.delete(variantKey(variant)),
    remove,
  }
}
