import { AppError } from '@iaas/common/errors'
import type { OriginalStore } from '@iaas/common/ports/original-store'
import type { Handlers } from '../call.ts'
import type { ManagementRoutes } from '../contract/routes.ts'
import { type DescribeOriginal, etagOf } from './describe-original.ts'

/** `GET /originals/{id}`. */
export function createGetOriginal(
  originals: Pick<OriginalStore, 'find'>,
  describeOriginal: DescribeOriginal,
): Handlers<ManagementRoutes>['getOriginal'] {
  return async ({ parameters: { id }, signal }) => {
    const original = await originals.find(id)
    if (original === undefined) {
      throw new AppError('ORIGINAL_NOT_FOUND', 'There is no original of this id.')
    }
    const body = await describeOriginal(original, signal)
    return { body, etag: etagOf(body) }
  }
}
