import { LRUCache } from 'lru-cache'
import { createSingleFlight } from '@iaas/common/concurrency/single-flight'
import { isAppError } from '@iaas/common/errors'
import type { ImageId } from '@iaas/common/image'
import type { RaisedIds } from '@iaas/common/ports/original-store'
import type { Pointer } from './pointer.ts'
import type { Pointers } from './pointers.ts'

export type KnownPointersOptions = {
  readonly pointers: Pick<Pointers, 'read'>
  /** Returns true while raises of epochs are followed, so that no known pointer is of before a raise. */
  readonly isTrusted: () => boolean
  /** Finds the pointer of an original in the local cache. It is asked if the bucket does not answer. */
  readonly findCached: (id: ImageId) => Promise<Pointer | undefined>
  readonly now?: () => number
}

/** Pointers of originals, from memory where it can be trusted. */
export type KnownPointers = {
  find(id: ImageId): Promise<Pointer | undefined>
  /** Drops what is known, also what is being read. */
  forget(originals: RaisedIds): void
}

/** A switch raises the epoch within this time, or its process has died and the raise comes later. */
const ttlMs = 25_000
const maxKnown = 20_000

type Known = { readonly pointer: Pointer; readonly at: number }

export function createKnownPointers(options: KnownPointersOptions): KnownPointers {
  const { pointers, isTrusted, findCached, now = () => performance.now() } = options
  const known = new LRUCache<ImageId, Known>({ max: maxKnown })
  const flights = createSingleFlight<Pointer | undefined>()
  /** Grows with each call of `forget`, so that nothing read before it is kept or joined. */
  let generation = 0

  async function read(id: ImageId): Promise<Pointer | undefined> {
    const startedIn = generation
    const at = now()
    const pointer = await pointers.read(id)
    if (pointer !== undefined && generation === startedIn) known.set(id, { pointer, at })
    return pointer
  }

  async function ask(id: ImageId): Promise<Pointer | undefined> {
    try {
      return await flights.join(`${generation} ${id}`, () => read(id))
    } catch (error) {
      if (!isAppError(error, 'STORE_UNAVAILABLE')) throw error
      // A raise has dropped what is older than it, so this is the present version as far as anybody here can know.
      const fallback = known.get(id)?.pointer ?? (await findCached(id))
      if (fallback === undefined) throw error
      return fallback
    }
  }

  return {
    async find(id) {
      const found = known.get(id)
      if (found !== undefined && isTrusted() && now() - found.at < ttlMs) return found.pointer
      return ask(id)
    },
    forget(originals) {
      generation += 1
      if (originals === 'all') known.clear()
      else for (const id of originals) known.delete(id)
    },
  }
}
