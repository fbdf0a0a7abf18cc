import type { Backlog } from '@iaas/queue/backlog'
import type { Queues } from '@iaas/queue/open-queues'
import { type MetricsSource, createAdminApp } from '@iaas/common/http/admin-app'
import { listen } from '@iaas/common/http/server'
import type { Logger } from '@iaas/common/log'
import type { ApiConfig } from './config.ts'

export type AdminOptions = {
  readonly config: ApiConfig
  readonly log: Logger
  readonly queues: Queues
  readonly backlog: Backlog
  readonly metrics: MetricsSource
}

export type AdminListener = AsyncDisposable & { readonly port: number }

const drainMs = 1000

/** Starts the admin listener. */
export async function startAdmin(options: AdminOptions): Promise<AdminListener> {
  const { config, metrics } = options
  const routes = await loadAdminRoutes(options)
  const admin = await listen(createAdminApp(metrics, routes), {
    port: config.admin_port,
    setting: 'ADMIN_PORT',
    host: config.admin_address ?? '127.0.0.1',
  })
  return { port: admin.port, [Symbol.asyncDispose]: () => admin.close(drainMs) }
}

/** Loads the dashboard, which takes much memory, only if credentials are configured. */
async function loadAdminRoutes(options: AdminOptions) {
  const { admin } = options.config
  if (admin.user === undefined || admin.password === undefined) return undefined
  const { createAdminRoutes } = await import('./admin/admin-routes.ts')
  return createAdminRoutes(admin, options)
}
