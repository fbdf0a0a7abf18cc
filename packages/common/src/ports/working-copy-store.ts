import type { OriginalRef } from '../original-ref.ts'
import type { TemporaryFile } from './original-store.ts'

/** An image with the content of an original that is cheap to decode. */
export type WorkingCopy = {
  readonly path: string
  /** Quality of the original, 1 to 100: the meaning of `quality=auto`. */
  readonly quality: number
}

/** Reserved place for the working copy of one version of an original. */
export type WorkingCopyPlace = TemporaryFile & {
  /** Makes the file at `path`, which must be durable, the working copy. */
  keep(quality: number): Promise<void>
}

export type WorkingCopyUsage = { readonly items: number; readonly bytes: number }

/**
 * Working copies of originals: a cache from which anything may vanish at any time. A copy belongs to one version of an
 * original, so no other version gets it. Every call rejects with AppError STORE_UNAVAILABLE if the disk is full or
 * broken.
 */
export type WorkingCopyStore = {
  find(original: OriginalRef): Promise<WorkingCopy | undefined>
  /** Reserves a place. The caller disposes of it, also after `keep`. */
  reserve(original: OriginalRef): Promise<WorkingCopyPlace>
  remove(copy: WorkingCopy): Promise<void>
  /** Evicts the least recently used copies beyond the bound, and removes files left by killed processes. */
  sweep(): Promise<WorkingCopyUsage>
}
