import type { Dependencies } from '@iaas/common/metrics/dependencies'
import type { ServiceState } from '../../routes/get-health.ts'
import type { Handler } from '../call.ts'
import type { ManagementRoutes } from '../contract/routes.ts'

export function createGetHealth(
  state: () => ServiceState,
  dependencies: Pick<Dependencies, 'check'>,
): Handler<ManagementRoutes['getHealth']> {
  return async () => ({
    body: { state: state(), dependencies: Object.fromEntries(await dependencies.check()) },
  })
}
