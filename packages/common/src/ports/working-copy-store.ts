import type { TemporaryFile } from './original-store.ts'

/** An image with the content of an original that is cheap to decode. */
export type WorkingCopy = {
  readonly path: string
  /** Quality of the original, 1 to 100: the meaning of `quality=auto`. */
  readonly quality: number
}

/** Reserved place for the working copy of one original, in the version that the original had then. */
export type WorkingCopyPlace = TemporaryFile & {
  /** Makes the file at `path`, which must be durable, the working copy. */
  keep(quality: number): Promise<void>
}

export type WorkingCopyUsage = { readonly items: number; readonly bytes: number }

/**
 * Working copies of originals: a cache from which anything may vanish at any time. A copy is identified by the path,
 * size and modification time of its original, so a new original never gets an old copy. Every call rejects with
 * AppError STORE_UNAVAILABLE if the disk is full or broken.
 */
export type WorkingCopyStore = {
  find(originalPath: string): Promise<WorkingCopy | undefined>
  /** Reserves a place. The caller disposes of it, also after `keep`. @throws AppError ORIGINAL_NOT_FOUND */
  reserve(originalPath: string): Promise<WorkingCopyPlace>
  remove(copy: WorkingCopy): Promise<void>
  /** Evicts the least recently used copies beyond the bound, and removes files left by killed processes. */
  sweep(): Promise<WorkingCopyUsage>
}
