import type { ImageId } from '../image/index.ts'
import type { DeletionLog } from './deletion-log.ts'
import type { EpochFollower } from './epochs.ts'
import type { FactsStore } from './facts-store.ts'
import type { FocalStore } from './focal-store.ts'
import type { OriginalStore } from './original-store.ts'

/** Removes what was made from an original: working copies and facts; with `points` also its focal points. */
export type RemoveTraces = (id: ImageId, what: { readonly points: boolean }) => Promise<void>

/** Originals and what belongs to their versions. All parts of a process share them, and with them leases and caches. */
export type OpenedOriginals = AsyncDisposable & {
  readonly originals: OriginalStore
  readonly focalPoints: FocalStore
  readonly facts: FactsStore
  readonly removeTraces: RemoveTraces
  /** Lies beside the originals. */
  readonly deletionLog: DeletionLog
  /** Drops what this process knows of raised originals; absent where it keeps nothing. */
  readonly follower?: EpochFollower
}
