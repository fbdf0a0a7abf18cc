import type { ImageId } from '../image/index.ts'

/**
 * Number of the present life of an original. Deletes, replacements and purges raise it; whatever was begun with a lower
 * one is kept out. 0 for an original that was never raised.
 */
export type Epoch = number

/** Originals to raise; `all` raises the global epoch. */
export type RaisedOriginals = readonly ImageId[] | 'all'

export type RaiseOptions = {
  /**
   * true: the originals are gone, and no link of them is recorded in any epoch. false: their ids are free again.
   * undefined: as before. The global epoch has no such mark.
   */
  readonly gone?: boolean
  /** Deletes the links of these originals in the same transaction. Not possible for `all`. */
  readonly unlink?: boolean
}

export type PresentEpoch = {
  /** The higher one of the epoch of the original and the global one. */
  readonly epoch: Epoch
  readonly isGone: boolean
}

/**
 * Epochs of the originals: the fence between what was begun before a delete, a replacement or a purge, and what is begun
 * afterwards. Clocks take no part. Every call rejects with AppError STORE_UNAVAILABLE if the database does not answer in
 * time, and nothing is raised then, or the answer was lost: raising again is harmless.
 *
 * Links must be deleted in the transaction that raises (`unlink`). Otherwise a lookup between the two finds an old link
 * in the new epoch.
 */
export type Epochs = {
  /**
   * Raises the epoch of each original. Resolves once it is committed: from then on no link is recorded, and no upload
   * completed, that was begun before.
   *
   * @returns the highest of the new epochs, for `waitingFor`
   */
  raise(originals: RaisedOriginals, options?: RaiseOptions): Promise<Epoch>
  of(id: ImageId): Promise<PresentEpoch>
  /**
   * Returns the names of the api processes that have not acted on an epoch yet. An empty list: it is effective, and no
   * process answers with anything older. A process that was not seen for 30 s does not count: by then it trusts none of its
   * caches.
   */
  waitingFor(epoch: Epoch): Promise<readonly string[]>
}

/** An epoch that was raised. `id` is undefined for the global one. */
export type RaisedEpoch = {
  readonly id: ImageId | undefined
  readonly epoch: Epoch
  readonly isGone: boolean
}

export type EpochFollower = {
  /**
   * Acts on raises, before they are acknowledged: drops what was cached of these originals. May receive a raise again after
   * the connection was lost.
   */
  act(raised: readonly RaisedEpoch[]): void
  /**
   * Notes that all raises were acted on that were committed before now, and that this process counts as registered.
   *
   * @param untilMs time of `performance.now()` at which the process no longer counts, or a little before
   */
  trust(untilMs: number): void
}

/**
 * Feed of the raises to one api process, in their order. The process is registered, and named by `Epochs.waitingFor`, while
 * it is subscribed.
 */
export type EpochFeed = {
  /** Follows until disposed of. Never rejects: without the database it tries again. */
  subscribe(follower: EpochFollower): AsyncDisposable
}
