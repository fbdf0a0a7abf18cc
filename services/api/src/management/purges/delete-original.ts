import { AppError, isAppError } from '@iaas/common/errors'
import type { ImageId } from '@iaas/common/image'
import type { LinkStore } from '@iaas/common/ports/link-store'
import type { OriginalStore } from '@iaas/common/ports/original-store'
import type { Handlers } from '../call.ts'
import type { ManagementRoutes } from '../contract/routes.ts'
import type { StartPurge } from './start-purge.ts'

export type DeleteOriginalOptions = {
  readonly startPurge: StartPurge
  readonly originals: Pick<OriginalStore, 'find'>
  readonly links: Pick<LinkStore, 'count'>
}

/** `DELETE /originals/{id}`. */
export function createDeleteOriginal(
  options: DeleteOriginalOptions,
): Handlers<ManagementRoutes>['deleteOriginal'] {
  const { startPurge, originals, links } = options

  /** A deletion may be repeated, also of an original whose file was lost. A misspelt id must not become taken. */
  async function isKnown(id: ImageId): Promise<boolean> {
    const found = await originals.find(id).catch((error: unknown) => {
      if (isAppError(error, 'ORIGINAL_GONE')) return 'gone'
      throw error
    })
    return found !== undefined || (await links.count(id, 1)) > 0
  }

  return async ({ parameters: { id }, query: { free_id, wait }, caller, signal }) => {
    if (!(await isKnown(id))) {
      throw new AppError('ORIGINAL_NOT_FOUND', 'There is no original of this id.')
    }
    const deletion = { delete: true, now: true, free_id: free_id === 'true', keep_seconds: 0 }
    return startPurge({ who: caller, selector: { ids: [id] }, options: deletion }, wait, signal)
  }
}
