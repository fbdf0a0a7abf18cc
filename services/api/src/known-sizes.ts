import type { Size } from '@iaas/common/image'
import type { OriginalFile } from '@iaas/common/ports/original-store'
import type { Renderer } from '@iaas/common/ports/renderer'
import { LRUCache } from 'lru-cache'

/** Returns the displayed size of an original, px. @throws as `Renderer.inspect` */
export type FindSize = (original: OriginalFile, signal: AbortSignal) => Promise<Size>

/** Most cached sizes, at some 300 bytes each. */
const maxSizes = 10_000

/** Caches the size of each original, which never changes. */
export function createKnownSizes(renderer: Pick<Renderer, 'inspect'>): FindSize {
  const known = new LRUCache<string, Size>({ max: maxSizes })
  return async function findSize({ path, size: bytes, modifiedAt }, signal) {
    const key = `${path} ${bytes} ${modifiedAt.getTime()}`
    const remembered = known.get(key)
    if (remembered !== undefined) return remembered
    const { size } = await renderer.inspect(path, signal)
    known.set(key, size)
    return size
  }
}
