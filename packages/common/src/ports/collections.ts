import type { ObjectKey } from '../digest.ts'

/** Counts what a collection has seen so far. */
export type CollectionCounts = {
  readonly objects: number
  /** Objects whose keys are not of a form that this service makes. They are left alone. */
  readonly foreign: number
  readonly linked: number
  /** Objects without a link that are too young: their jobs may still record one. */
  readonly young: number
  /** Objects without a link that are to be removed later, or are being removed. */
  readonly remembered: number
  /** Objects that are garbage; unless it is a dry run, they are noted for removal. */
  readonly garbage: number
}

/** A pass over the variant store that looks for objects without a link. */
export type Collection = {
  readonly id: string
  readonly who: string
  readonly isDryRun: boolean
  readonly state: 'running' | 'cancelled' | 'finished'
  /** Age below which an object is kept, s. */
  readonly keepSeconds: number
  /** Key up to which the store is walked. */
  readonly position: string
  readonly counts: CollectionCounts
  /** Examples of the foreign keys. */
  readonly foreignKeys: readonly string[]
  readonly createdAt: Date
  readonly finishedAt: Date | undefined
}

/** An object of one of the forms that this service makes. */
export type OwnObject = { readonly key: ObjectKey; readonly modifiedAt: Date }

/** A part of the store, in the order of the keys. */
export type CollectionPage = {
  readonly own: readonly OwnObject[]
  readonly foreign: readonly string[]
  /** undefined: the store has no more. */
  readonly next: string | undefined
}

/** Collections. At most one runs. Every call rejects with AppError STORE_UNAVAILABLE if the database does not answer in time. */
export type Collections = {
  /** Starts a collection, or returns the one that runs. */
  start(collection: Pick<Collection, 'who' | 'isDryRun' | 'keepSeconds'>): Promise<Collection>
  /** Returns the latest ones, the newest first. */
  list(): Promise<readonly Collection[]>
  /** Ends the one that runs. Returns undefined if none does. */
  cancel(): Promise<Collection | undefined>
}

export type CollectionWork = {
  /** Takes the collection that runs for a while, if no other process works on it. */
  claim(worker: string): Promise<Collection | undefined>
  /**
   * Judges the objects of a page, notes its garbage for removal, and moves the position behind it, in one statement. Returns the
   * counts of the page; undefined if the collection was cancelled, or taken over by another process.
   */
  judge(
    collection: Collection,
    worker: string,
    page: CollectionPage,
  ): Promise<CollectionCounts | undefined>
}
