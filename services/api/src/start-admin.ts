import type { Backlog } from '@iaas/queue/backlog'
import type { Queues } from '@iaas/queue/open-queues'
import type { MetricsSource } from '@iaas/common/http/admin-app'
import { type AdminListener, startAdminListener } from '@iaas/common/http/admin-listener'
import type { Logger } from '@iaas/common/log'
import type { ApiConfig } from './config.ts'

export type AdminOptions = {
  readonly config: ApiConfig
  readonly log: Logger
  readonly queues: Queues
  readonly backlog: Backlog
  readonly metrics: MetricsSource
}

/** Starts the admin listener, with the dashboard of the queues. */
export async function startAdmin(options: AdminOptions): Promise<AdminListener> {
  return startAdminListener(options.config, options.metrics, await loadAdminRoutes(options))
}

/** Loads the dashboard, which takes much memory, only if credentials are configured. */
async function loadAdminRoutes(options: AdminOptions) {
  const { user, password, readOnly } = options.config.admin
  if (user === undefined || password === undefined) return undefined
  const { createAdminRoutes } = await import('./admin/admin-routes.ts')
  return createAdminRoutes({ user, password }, { ...options, readOnly })
}
