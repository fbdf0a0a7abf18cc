import type { ImageId } from '../image/index.ts'

/** An original as it lies on a disk that this process can read. */
export type OriginalFile = {
  readonly path: string
  /** Bytes. */
  readonly size: number
  /** When it was stored. The bytes of an id never change after that. */
  readonly modifiedAt: Date
}

/** A file that is not an original yet, on the same file system as the originals. */
export type TemporaryFile = AsyncDisposable & {
  readonly path: string
  /** Removes the file, where it still is under this path; safe to call twice. Never rejects: what stays is swept. */
  [Symbol.asyncDispose](): Promise<void>
}

/** Of the disk that originals are written to, as far as this process may use it. */
export type DiskSpace = { readonly freeBytes: number; readonly totalBytes: number }

/** Where the uploaded files are kept. Every call rejects with AppError STORE_UNAVAILABLE where the disk is full or broken. */
export type OriginalStore = {
  find(id: ImageId): Promise<OriginalFile | undefined>
  /** Returns whether no original was ever stored here. */
  isEmpty(): Promise<boolean>
  /** So many bytes from the beginning, fewer where there are no more; undefined where the file is gone meanwhile. */
  readHead(file: OriginalFile, bytes: number): Promise<Uint8Array | undefined>
  /** A path for a new temporary file; the caller disposes of it. */
  createTemporary(): Promise<TemporaryFile>
  /**
   * Makes a temporary file the original of `id`. It is durable (file and folder are synchronised) when this resolves.
   *
   * @throws AppError ID_TAKEN where the id has an original: that one is never replaced
   */
  put(id: ImageId, file: TemporaryFile): Promise<void>
  /** Takes an original away again; does nothing where there is none. */
  delete(id: ImageId): Promise<void>
  space(): Promise<DiskSpace>
  /** Removes temporary files older than this (a process that was killed leaves them). Resolves to their number. */
  sweepTemporary(olderThanMs: number): Promise<number>
}
