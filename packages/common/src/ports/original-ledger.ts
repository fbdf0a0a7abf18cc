import type { ImageId, OriginalFormat, Size } from '../image/index.ts'
import type { OriginalRef } from '../original-ref.ts'

/** A row of the ledger that may disagree with the store of originals. */
export type DueOriginal = {
  readonly id: ImageId
  /** Number of the last change of the original. A row is settled only while it is the same. */
  readonly mark: string
  /** Recorded state; undefined if none is recorded. */
  readonly recorded: RecordedInfo | undefined
}

/** `info` is undefined if the image cannot be read. */
export type RecordedInfo = {
  readonly version: string
  readonly info: OriginalInfo | undefined
}

export type OriginalInfo = {
  readonly format: OriginalFormat
  /** Displayed size, px. */
  readonly size: Size
}

export type ListedOriginal = OriginalRef & {
  readonly info: OriginalInfo | undefined
}

export const originalSorts = ['id', 'uploaded_at', 'bytes'] as const
export type OriginalSort = (typeof originalSorts)[number]

/** Value of the sorted column, and id, of the last item of a page. */
export type OriginalPosition = { readonly value: string | number; readonly id: string }

export type OriginalQuery = {
  readonly limit: number
  readonly sort: OriginalSort
  readonly isDescending: boolean
  readonly after?: OriginalPosition | undefined
  readonly prefix?: string | undefined
  readonly format?: OriginalFormat | undefined
  readonly uploadedAfter?: Date | undefined
  readonly uploadedBefore?: Date | undefined
  readonly minBytes?: number | undefined
  readonly maxBytes?: number | undefined
}

/**
 * Ledger of the present originals, for lists and searches. The store of originals decides what exists: every change of an
 * original marks its row as due, in the transaction that records the change, and a due row is settled from the store. Every
 * call rejects with AppError STORE_UNAVAILABLE if the database does not answer in time.
 */
export type OriginalLedger = {
  /** Marks an original that changed without a record of an upload, a replacement or a deletion. */
  mark(id: ImageId): Promise<void>
  /** Returns the row of an original if it is due. */
  findDue(id: ImageId): Promise<DueOriginal | undefined>
  /** Takes rows that are due, the oldest first. They are due again half a minute later unless they are settled. */
  takeDue(limit: number): Promise<readonly DueOriginal[]>
  /**
   * Records the state that the store had after `due` was read. Does nothing if the original has changed since.
   *
   * @param original undefined: the store has none
   */
  settle(due: DueOriginal, original: ListedOriginal | undefined): Promise<void>
  /**
   * Marks originals that were uploaded before the ledger existed, from where the last call stopped. Concurrent calls of
   * several processes take turns. Returns the number of originals; 0 once all are taken over, or if `limit` rows are due
   * already.
   */
  takeOver(limit: number): Promise<number>
  list(query: OriginalQuery): Promise<readonly ListedOriginal[]>
}
