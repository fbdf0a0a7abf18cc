import { isAppError } from '@iaas/common/errors'
import type { ImageId } from '@iaas/common/image'
import type { DeletionLog } from '@iaas/common/ports/deletion-log'
import type { RemoveTraces } from '@iaas/common/ports/opened-originals'
import type { OriginalStore } from '@iaas/common/ports/original-store'
import type { Purge, PurgeWork } from '@iaas/common/ports/purges'

/** Removes what a purge removes of originals. */
export type ForgetOriginals = {
  /** Deletes originals, or only what was made from them. Returns the number of originals that were deleted. */
  forget(purge: Purge, ids: readonly ImageId[]): Promise<number>
  areGone(ids: readonly ImageId[]): Promise<boolean>
  free(ids: readonly ImageId[]): Promise<void>
}

export type ForgetOriginalsOptions = {
  readonly originals: Pick<OriginalStore, 'find' | 'versions' | 'delete' | 'free'>
  /** Logs in which every deletion is entered. */
  readonly deletionLogs: readonly Pick<DeletionLog, 'add'>[]
  readonly removeTraces: RemoveTraces
  readonly work: Pick<PurgeWork, 'noteFailure'>
}

export function createForgetOriginals(options: ForgetOriginalsOptions): ForgetOriginals {
  const { originals, deletionLogs, removeTraces, work } = options

  /** The log comes first: a deletion that is not logged would be undone by the next backup that is restored. */
  async function remove(id: ImageId, isFreed: boolean): Promise<number> {
    const present = await originals.find(id).catch(ignoreGone)
    const stored = [...(present ? [present] : []), ...(await originals.versions(id))]
    const versions = stored.map(({ version }) => version)
    const deletion = { id, versions, isFreed, deletedAt: new Date() }
    for (const log of deletionLogs) await log.add(deletion)
    const wasStored = await originals.delete(id, { keepGone: true })
    await removeTraces(id, { points: true })
    return wasStored ? 1 : 0
  }

  async function isGone(id: ImageId): Promise<boolean> {
    try {
      await originals.find(id)
      return false
    } catch (error) {
      if (!isAppError(error, 'ORIGINAL_GONE')) throw error
      return (await originals.versions(id)).length === 0
    }
  }

  return {
    async forget({ id: purge, options: { delete: deletes, free_id }, selector }, ids) {
      let deleted = 0
      if (deletes === true) for (const id of ids) deleted += await remove(id, free_id === true)
      else if (!('format' in selector || 'preset' in selector)) {
        // Both are made again. A folder that cannot be written must not keep the variants.
        const removed = Promise.all(ids.map((id) => removeTraces(id, { points: false })))
        await removed.catch(() =>
          work.noteFailure(purge, 'Working copies and facts could not be removed.'),
        )
      }
      return deleted
    },
    async areGone(ids) {
      const gone = await Promise.all(ids.map(isGone))
      return gone.every(Boolean)
    },
    async free(ids) {
      for (const id of ids) await originals.free(id)
    },
  }
}

function ignoreGone(error: unknown): undefined {
  if (!isAppError(error, 'ORIGINAL_GONE')) throw error
}
