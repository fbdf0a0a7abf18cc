import type { ImageId } from '../image/index.ts'

/** A deletion of an original, as it is needed to repeat it after a backup was restored. */
export type LoggedDeletion = {
  readonly id: ImageId
  /** Stamps of the deleted versions: another original that has a freed id has other ones. */
  readonly versions: readonly string[]
  /** The id was freed, so another original may have it. */
  readonly isFreed: boolean
  readonly deletedAt: Date
}

/** Log of the deletions, one entry for each id. Every call rejects as those of the store that holds it do. */
export type DeletionLog = {
  /**
   * Adds a deletion. The versions of earlier deletions of the id stay in its entry; all else is that of the latest. Resolves
   * once it is durable.
   */
  add(deletion: LoggedDeletion): Promise<void>
  /** Yields the entries, in any order. */
  list(): AsyncIterable<LoggedDeletion>
}

/** Merges two entries of one id. */
export function mergeDeletions(one: LoggedDeletion, other: LoggedDeletion): LoggedDeletion {
  const latest = one.deletedAt > other.deletedAt ? one : other
  return { ...latest, versions: [...new Set([...one.versions, ...other.versions])].toSorted() }
}
