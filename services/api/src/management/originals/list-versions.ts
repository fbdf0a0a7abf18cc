import type { OriginalRef } from '@iaas/common/original-ref'
import type { OriginalStore } from '@iaas/common/ports/original-store'
import { assertPresent } from '../../upload/assert-original.ts'
import type { Handlers } from '../call.ts'
import type { VersionAnswer } from '../contract/originals.ts'
import type { ManagementRoutes } from '../contract/routes.ts'

/** `GET /originals/{id}/versions`. */
export function createListVersions(
  originals: Pick<OriginalStore, 'find' | 'versions'>,
): Handlers<ManagementRoutes>['listVersions'] {
  return async ({ parameters: { id } }) => {
    const present = await assertPresent(originals, id)
    const older = await originals.versions(id)
    const items = [toAnswer(present, true), ...older.map((each) => toAnswer(each, false))]
    return { body: { items } }
  }
}

function toAnswer({ version, size, modifiedAt }: OriginalRef, isCurrent: boolean): VersionAnswer {
  return { version, bytes: size, uploaded_at: modifiedAt.toISOString(), is_current: isCurrent }
}
