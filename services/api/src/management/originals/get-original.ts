import type { OriginalStore } from '@iaas/common/ports/original-store'
import { againIfReplaced } from '@iaas/common/use-original'
import type { Handlers } from '../call.ts'
import type { ManagementRoutes } from '../contract/routes.ts'
import { type DescribeOriginal, etagOf } from './describe-original.ts'
import { assertPresent } from '../../upload/assert-original.ts'

/** `GET /originals/{id}`. */
export function createGetOriginal(
  originals: Pick<OriginalStore, 'find'>,
  describeOriginal: DescribeOriginal,
): Handlers<ManagementRoutes>['getOriginal'] {
  return async ({ parameters: { id }, signal }) => {
    const body = await againIfReplaced(async () =>
      describeOriginal(await assertPresent(originals, id), signal),
    )
    return { body, etag: etagOf(body) }
  }
}
