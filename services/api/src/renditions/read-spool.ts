import type { Digest } from '@iaas/common/digest'
import type { Spool, Spooled } from '@iaas/common/ports/spool'
import { createAdmission } from '@iaas/rendering/pool/admission'
import { LRUCache } from 'lru-cache'

export type ReadSpoolOptions = {
  readonly spool: Pick<Spool, 'size' | 'get'>
  /** Most bytes read at once. A single rendition may exceed it. */
  readonly maxBytes: number
  /** Longest wait of a read for room, ms. */
  readonly maxWaitMs: number
}

/**
 * Reads a rendition from the spool. Returns undefined if there is none.
 *
 * @throws AppError RENDERER_BUSY, STORE_UNAVAILABLE; the reason of `signal` if that aborts while waiting
 */
export type ReadSpool = (digest: Digest, signal?: AbortSignal) => Promise<Spooled | undefined>

type Shared = { readonly bytes: WeakRef<Uint8Array>; readonly renderedAt: number }

const maxWaiting = 1000
const maxShared = 1000

/**
 * Admits the bytes of renditions before they are read. Bytes that an answer still holds are shared by all clients and not read
 * again.
 */
export function createReadSpool({ spool, maxBytes, maxWaitMs }: ReadSpoolOptions): ReadSpool {
  const room = createAdmission({
    capacity: maxBytes,
    queueLimit: maxWaiting,
    queueTimeoutMs: maxWaitMs,
  })
  const shared = new LRUCache<Digest, Shared>({ max: maxShared })

  function findShared(digest: Digest): Spooled | undefined {
    const found = shared.get(digest)
    const bytes = found?.bytes.deref()
    return found && bytes && { bytes, renderedAt: found.renderedAt }
  }

  async function read(digest: Digest): Promise<Spooled | undefined> {
    const spooled = await spool.get(digest)
    if (spooled !== undefined) {
      const { bytes, renderedAt } = spooled
      shared.set(digest, { bytes: new WeakRef(bytes), renderedAt })
    }
    return spooled
  }

  return async function readSpool(digest, signal) {
    const size = await spool.size(digest)
    if (size === undefined) return undefined
    const leave = await room.enter(Math.min(size, maxBytes), signal)
    try {
      return findShared(digest) ?? (await read(digest))
    } finally {
      leave()
    }
  }
}
