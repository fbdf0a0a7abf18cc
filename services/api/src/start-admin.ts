import type { Backlog } from '@iaas/common/bullmq/backlog'
import type { Queues } from '@iaas/common/bullmq/open-queues'
import { type MetricsSource, createAdminApp } from '@iaas/common/http/admin-app'
import { listen } from '@iaas/common/http/server'
import type { Closers } from '@iaas/common/lifecycle/closers'
import type { Logger } from '@iaas/common/log'
import { createAdminRoutes } from './admin/admin-routes.ts'
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
  const routes = createAdminRoutes(config.admin, options)
  const admin = await listen(createAdminApp(metrics, routes), {
    port: config.admin_port,
    setting: 'ADMIN_PORT',
    host: config.admin_address ?? '127.0.0.1',
  })
  closers.add('admin', () => admin.close(1000))
  return admin.port
}
