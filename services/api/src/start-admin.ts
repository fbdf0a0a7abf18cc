import type { Backlog } from '@iaas/common/bullmq/backlog'
import type { Queues } from '@iaas/common/bullmq/open-queues'
import { type MetricsSource, createAdminApp } from '@iaas/common/http/admin-app'
import { listen } from '@iaas/common/http/server'
import type { Closers } from '@iaas/common/lifecycle/closers'
import type { Logger } from '@iaas/common/log'
import type { ApiConfig } from './config.ts'

export type AdminOptions = {
  readonly config: ApiConfig
  readonly log: Logger
  readonly closers: Closers
  readonly queues: Queues
  readonly backlog: Backlog
  readonly metrics: MetricsSource
}

/** Listens for the operators. @returns the port */
export async function startAdmin(options: AdminOptions): Promise<number> {
  const { config, closers, metrics } = options
  const routes = await loadAdminRoutes(options)
  const admin = await listen(createAdminApp(metrics, routes), {
    port: config.admin_port,
    setting: 'ADMIN_PORT',
    host: config.admin_address ?? '127.0.0.1',
  })
  closers.add('admin', () => admin.close(1000))
  return admin.port
}

/** Loads the dashboard, which takes more memory than many a service, only where somebody may see it. */
async function loadAdminRoutes(options: AdminOptions) {
  const { admin } = options.config
  if (admin.user === undefined || admin.password === undefined) return undefined
  const { createAdminRoutes } = await import('./admin/admin-routes.ts')
  return createAdminRoutes(admin, options)
}
