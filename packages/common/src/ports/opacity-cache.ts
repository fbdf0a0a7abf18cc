import type { ImageId } from '../image/index.ts'

/**
 * A cache of the opacity of originals, shared by processes. Every call rejects with AppError STORE_UNAVAILABLE if the cache
 * does not answer in time.
 */
export type OpacityCache = {
  /** Returns undefined for an original that is not cached. */
  get(id: ImageId): Promise<boolean | undefined>
  set(id: ImageId, isOpaque: boolean): Promise<void>
  delete(id: ImageId): Promise<void>
}
