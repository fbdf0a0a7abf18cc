import type { ImageId } from '../image/index.ts'

/** An original on a disk that this process can read. */
export type OriginalFile = {
  readonly path: string
  /** Bytes. */
  readonly size: number
  /** Time at which it was stored. The bytes of an id never change after that. */
  readonly modifiedAt: Date
}

/** A file that is not yet an original, on the same file system as the originals. */
export type TemporaryFile = AsyncDisposable & {
  readonly path: string
  /** Removes the file if it is still at this path. Idempotent. Never rejects: files that remain are swept. */
  [Symbol.asyncDispose](): Promise<void>
}

/** Space on the disk of the originals that this process may use. */
export type DiskSpace = { readonly freeBytes: number; readonly totalBytes: number }

/** Store of the uploaded files. Every call rejects with AppError STORE_UNAVAILABLE if the disk is full or broken. */
export type OriginalStore = {
  find(id: ImageId): Promise<OriginalFile | undefined>
  /** Returns true if no original was ever stored here. */
  isEmpty(): Promise<boolean>
  /** Returns the first `bytes` bytes, or fewer at the end of the file; undefined if the file has been removed. */
  readHead(file: OriginalFile, bytes: number): Promise<Uint8Array | undefined>
  /** Reserves a path for a new temporary file. The caller disposes of it. */
  createTemporary(): Promise<TemporaryFile>
  /**
   * Makes a temporary file the original of `id`. Resolves once file and folder are synchronised to disk.
   *
   * @throws AppError ID_TAKEN if the id has an original; originals are never replaced
   */
  put(id: ImageId, file: TemporaryFile): Promise<void>
  /** Deletes an original; does nothing if there is none. */
  delete(id: ImageId): Promise<void>
  space(): Promise<DiskSpace>
  /** Removes temporary files older than this, left by killed processes. Resolves to their number. */
  sweepTemporary(olderThanMs: number): Promise<number>
}
