import type { Size } from '@iaas/common/image'
import { type OriginalRef, originalKey } from '@iaas/common/original-ref'
import type { Renderer } from '@iaas/common/ports/renderer'
import { LRUCache } from 'lru-cache'

/** Returns the displayed size of a frame of an original, px. @throws as `Renderer.inspect` */
export type FindSize = (original: OriginalRef, frame: number, signal: AbortSignal) => Promise<Size>

/** Most cached sizes, at some 300 bytes each. */
const maxSizes = 10_000

/** Caches the size of each version and frame of an original. */
export function createKnownSizes(renderer: Pick<Renderer, 'inspect'>): FindSize {
  const known = new LRUCache<string, Size>({ max: maxSizes })
  return async function findSize(original, frame, signal) {
    const key = `${frame}/${originalKey(original)}`
    const remembered = known.get(key)
    if (remembered !== undefined) return remembered
    const { size } = await renderer.inspect(original, signal, { frame })
    known.set(key, size)
    return size
  }
}
