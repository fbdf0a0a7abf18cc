import type { ImageId } from '@iaas/common/image'
import type { Logger } from '@iaas/common/log'
import type { OpacityCache } from '@iaas/common/ports/opacity-cache'
import type { OriginalStore } from '@iaas/common/ports/original-store'
import type { Renderer } from '@iaas/common/ports/renderer'
import { LRUCache } from 'lru-cache'
import type { KnownEpochs } from './epochs/known-epochs.ts'
import { createSingleFlight } from '@iaas/common/concurrency/single-flight'

/**
 * Returns true if every pixel of an original is opaque, and undefined if there is no original.
 *
 * @param signal see `ImageContext`
 * @throws as `Renderer.inspect`
 */
export type FindOpacity = (id: ImageId, signal: () => AbortSignal) => Promise<boolean | undefined>

export type KnownOpacityOptions = {
  readonly originals: Pick<OriginalStore, 'find'>
  readonly renderer: Pick<Renderer, 'inspect'>
  /** undefined: this process shares nothing. */
  readonly shared: OpacityCache | undefined
  /** TTL of a fact in this process, ms. */
  readonly ttlMs: number
  readonly epochs: Pick<KnownEpochs, 'acts' | 'wasRaisedSince' | 'onRaise'>
  readonly log: Logger
}

/** Most cached facts, at some 200 bytes each. */
const maxFacts = 20_000

/** Caches the opacity of originals, until they are raised, in front of the renderer, beside the links. A hit does not need the original. */
export function createKnownOpacity(options: KnownOpacityOptions): FindOpacity {
  const { originals, renderer, shared, ttlMs, epochs, log } = options
  const known = new LRUCache<ImageId, { readonly isOpaque: boolean }>({ max: maxFacts, ttl: ttlMs })
  const flights = createSingleFlight<boolean | undefined>()
  // A replaced original may have another opacity. The global epoch is raised for variants, not for originals.
  epochs.onRaise((raised) => {
    for (const id of raised === 'all' ? [] : raised) {
      known.delete(id)
      shared?.delete(id).catch(() => {})
    }
  })

  /** @param acts number of acts when the fact was looked up */
  function keep(id: ImageId, isOpaque: boolean, acts: number): boolean {
    if (epochs.wasRaisedSince(acts, id)) return false
    known.set(id, { isOpaque })
    return true
  }

  async function askShared(id: ImageId): Promise<boolean | undefined> {
    try {
      return await shared?.get(id)
    } catch (error) {
      log.warn('opacity lookup failed', { error })
      return undefined
    }
  }

  async function inspect(id: ImageId, signal: AbortSignal): Promise<boolean | undefined> {
    const { acts } = epochs
    const original = await originals.find(id)
    if (original === undefined) return undefined
    const { isOpaque } = await renderer.inspect(original, signal, { opacity: true })
    // A renderer of an earlier release does not tell; PNG is right for every image.
    if (isOpaque === undefined) return false
    // A failed cache write only costs a later lookup.
    if (keep(id, isOpaque, acts)) shared?.set(id, isOpaque).catch(() => {})
    return isOpaque
  }

  async function look(id: ImageId, signal: AbortSignal): Promise<boolean | undefined> {
    const { acts } = epochs
    const isOpaque = await askShared(id)
    if (isOpaque === undefined) return inspect(id, signal)
    keep(id, isOpaque, acts)
    return isOpaque
  }

  return async function findOpacity(id, signal) {
    const remembered = known.get(id)
    if (remembered !== undefined) return remembered.isOpaque
    return flights.join(id, (flightSignal) => look(id, flightSignal), signal())
  }
}
