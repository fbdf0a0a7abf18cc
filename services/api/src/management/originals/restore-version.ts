import type { RestoreOriginal } from '../../restore-original.ts'
import type { Handlers } from '../call.ts'
import type { ManagementRoutes } from '../contract/routes.ts'
import type { DescribeOriginal } from './describe-original.ts'
import { checkIfMatch } from './if-match.ts'

/** `POST /originals/{id}/versions/{version}/restore`. */
export function createRestoreVersion(
  restoreOriginal: RestoreOriginal,
  describeOriginal: DescribeOriginal,
): Handlers<ManagementRoutes>['restoreVersion'] {
  return async ({ parameters: { id, version }, req, signal }) => {
    const ifMatch = req.headers['if-match']
    const { original, warnings } = await restoreOriginal(id, version, (present) => {
      if (ifMatch !== undefined) checkIfMatch(ifMatch, present)
    })
    const body = await describeOriginal(original, signal)
    return { body: { ...body, ...(warnings.length > 0 && { warnings: [...warnings] }) } }
  }
}
