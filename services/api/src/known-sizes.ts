import type { Size } from '@iaas/common/image'
import type { OriginalFile } from '@iaas/common/ports/original-store'
import type { Renderer } from '@iaas/common/ports/renderer'
import { LRUCache } from 'lru-cache'

/** The size of an original as it is displayed, px. @throws as `Renderer.inspect` */
export type FindSize = (original: OriginalFile, signal: AbortSignal) => Promise<Size>

/** A size takes some 300 bytes here. */
const maxSizes = 10_000

/** Asks the renderer once for each original: it never changes. */
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
