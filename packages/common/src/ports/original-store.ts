import type { ImageId } from '../image/index.ts'
import type { OriginalRef } from '../original-ref.ts'

/** A local file that stays at its path until it is disposed of. */
export type LeasedFile = AsyncDisposable & { readonly path: string }

/** The file of an original. */
export type OriginalFile = LeasedFile & {
  /**
   * Makes sure that the path has led to the version that was asked for since it was leased. Absent where nothing else can come
   * to this path.
   *
   * @throws AppError VERSION_NOT_FOUND
   */
  readonly verify?: () => Promise<void>
}

/** A file that is not yet an original, on the same file system as the originals. */
export type TemporaryFile = LeasedFile & {
  /** Removes the file if it is still at this path. Idempotent. Never rejects: files that remain are swept. */
  [Symbol.asyncDispose](): Promise<void>
}

/** Space on the disk of the originals that this process may use. */
export type DiskSpace = { readonly freeBytes: number; readonly totalBytes: number }

export type PutOptions = {
  /** Replaces the original of the id instead of taking a free id. */
  readonly replace?: boolean
  /** Called before the original can be found, to store what belongs to it; a failure of it is that of `put`. */
  readonly prepare?: (original: OriginalRef) => Promise<void>
}

/** Originals that were replaced, deleted or purged; `all` stands for every one. */
export type RaisedIds = ReadonlySet<ImageId> | 'all'

export type DeleteOptions = {
  /** Deletes the original only while this is its present version. */
  readonly version?: string
  /** Leaves a mark that the original is gone and its id is taken, also if there was no original. */
  readonly keepGone?: boolean
}

/** Store of the uploaded files. Every call rejects with AppError STORE_UNAVAILABLE if the disk is full or broken. */
export type OriginalStore = {
  /**
   * Returns the current version of an original; undefined if there is none.
   *
   * @throws AppError ORIGINAL_GONE if it was deleted and the id stays taken
   */
  find(id: ImageId): Promise<OriginalRef | undefined>
  /**
   * Leases a local file with the bytes of an original. The caller disposes of it; until then no other use of the store
   * moves or removes the file, or `verify` tells it. Callers use `useOriginal`, which asks.
   *
   * @throws AppError VERSION_NOT_FOUND if this version is gone
   */
  open(original: OriginalRef): Promise<OriginalFile>
  /** Returns true if no original was ever stored here. */
  isEmpty(): Promise<boolean>
  /** Returns the first `bytes` bytes, or fewer at the end of the file; undefined if this version is gone. */
  readHead(original: OriginalRef, bytes: number): Promise<Uint8Array | undefined>
  /** Reserves a path for a new temporary file. The caller disposes of it. */
  createTemporary(): Promise<TemporaryFile>
  /**
   * Makes a temporary file the original of `id`. Resolves once it is durable.
   *
   * A replacement is atomic: at every moment one of the two versions is found, also after a crash. Its version differs from
   * that of each earlier one. As many older versions are kept as the store is told to. The caller sees to it that one process
   * at a time replaces an original.
   *
   * @throws AppError ID_TAKEN if the id has an original, or had one and is gone. With `replace`: ORIGINAL_NOT_FOUND if it has
   * none, ORIGINAL_GONE if it had one
   */
  put(id: ImageId, file: TemporaryFile, options?: PutOptions): Promise<OriginalRef>
  /**
   * Returns the older versions that are kept, the one that was replaced last first. None where there is no original.
   *
   * A kept version is listed and restored only: `open` and `readHead` need not find it.
   */
  versions(id: ImageId): Promise<readonly OriginalRef[]>
  /**
   * Makes a kept version the present one again, under the same version stamp, since the bytes are the same. The one that it
   * replaces is kept. Like a replacement it is atomic and resolves once it is durable. Does nothing if this is the present
   * version, so that it may be repeated.
   *
   * @param prepare called right before the switch; a failure of it is that of `restore`
   * @throws AppError VERSION_NOT_FOUND if this version is not kept, ORIGINAL_NOT_FOUND, ORIGINAL_GONE
   */
  restore(
    id: ImageId,
    version: string,
    prepare?: (original: OriginalRef) => Promise<void>,
  ): Promise<OriginalRef>
  /**
   * Deletes an original with all its versions. Resolves once that is durable, to false if there was none. A deletion that fails, or whose process
   * is killed, is repeated: until it succeeds the original may still be found.
   */
  delete(id: ImageId, options?: DeleteOptions): Promise<boolean>
  /** Frees the id of an original that is gone. Resolves once that is durable; does nothing if it is not gone. */
  free(id: ImageId): Promise<void>
  space(): Promise<DiskSpace>
  /** Removes temporary files older than this, left by killed processes. Resolves to their number. */
  sweepTemporary(olderThanMs: number): Promise<number>
}
