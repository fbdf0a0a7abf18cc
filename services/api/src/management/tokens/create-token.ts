import { formatUploadPath } from '@iaas/common/image'
import type { IssuePermit } from '../../issue-permit.ts'
import type { Handler } from '../call.ts'
import type { ManagementRoutes } from '../contract/routes.ts'

export function createCreateToken(
  issuePermit: IssuePermit,
): Handler<ManagementRoutes['createToken']> {
  return async ({ body }) => {
    const { token, id } = await issuePermit(body.id, body.replace)
    return { body: { token, upload_path: formatUploadPath(id) } }
  }
}
