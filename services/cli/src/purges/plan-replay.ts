import { isAppError } from '@iaas/common/errors'
import type { ImageId } from '@iaas/common/image'
import {
  type DeletionLog,
  type LoggedDeletion,
  mergeDeletions,
} from '@iaas/common/ports/deletion-log'
import type { OriginalStore } from '@iaas/common/ports/original-store'

/** Work that makes the deletions of all logs true again. */
export type ReplayPlan = {
  /** Every deletion that a log has. */
  readonly deletions: readonly LoggedDeletion[]
  /** Ids whose original is deleted, and which stay taken. */
  readonly taken: readonly ImageId[]
  /** Ids whose original is deleted, and which are free. */
  readonly freed: readonly ImageId[]
  /** Freed ids that have another original since: only what was made from the deleted one is removed. */
  readonly reused: readonly ImageId[]
}

/** Compares the deletions of all logs with the originals. */
export async function planReplay(
  logs: readonly Pick<DeletionLog, 'list'>[],
  originals: Pick<OriginalStore, 'find'>,
): Promise<ReplayPlan> {
  const deletions = [...(await readAll(logs)).values()]
  const plan = {
    deletions,
    taken: [] as ImageId[],
    freed: [] as ImageId[],
    reused: [] as ImageId[],
  }
  for (const deletion of deletions) plan[await placeOf(deletion, originals)].push(deletion.id)
  return plan
}

async function readAll(
  logs: readonly Pick<DeletionLog, 'list'>[],
): Promise<ReadonlyMap<ImageId, LoggedDeletion>> {
  const all = new Map<ImageId, LoggedDeletion>()
  for (const log of logs) {
    for await (const entry of log.list()) {
      const known = all.get(entry.id)
      all.set(entry.id, known === undefined ? entry : mergeDeletions(known, entry))
    }
  }
  return all
}

async function placeOf(
  { id, versions, isFreed }: LoggedDeletion,
  originals: Pick<OriginalStore, 'find'>,
): Promise<'taken' | 'freed' | 'reused'> {
  if (!isFreed) return 'taken'
  const present = await originals.find(id).catch((error: unknown) => {
    if (!isAppError(error, 'ORIGINAL_GONE')) throw error
  })
  return present === undefined || versions.includes(present.version) ? 'freed' : 'reused'
}
