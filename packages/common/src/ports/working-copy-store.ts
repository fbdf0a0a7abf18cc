import type { TemporaryFile } from './original-store.ts'

/** A picture that shows what an original shows, and is cheap to decode. */
export type WorkingCopy = {
  readonly path: string
  /** Of the original, 1 to 100: what `quality=auto` means. */
  readonly quality: number
}

/** A place for the working copy of one original, as that was when the place was reserved. */
export type WorkingCopyPlace = TemporaryFile & {
  /** Makes the file at `path`, which is durable, the working copy. */
  keep(quality: number): Promise<void>
}

export type WorkingCopyUsage = { readonly items: number; readonly bytes: number }

/**
 * The working copies of originals: a cache, out of which anything may vanish at any time, whoever removes it. A copy is
 * known by the path, the size and the time of its original: another original has none of it. Every call rejects with AppError
 * STORE_UNAVAILABLE where the disk is full or broken.
 */
export type WorkingCopyStore = {
  find(originalPath: string): Promise<WorkingCopy | undefined>
  /** The caller disposes of it, also after `keep`. @throws AppError ORIGINAL_NOT_FOUND */
  reserve(originalPath: string): Promise<WorkingCopyPlace>
  remove(copy: WorkingCopy): Promise<void>
  /** Brings the copies within their bound, the least recently used first, and removes what killed processes left. */
  sweep(): Promise<WorkingCopyUsage>
}
