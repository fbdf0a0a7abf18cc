import type { Backlog } from '@iaas/queue/backlog'
import type { Queues } from '@iaas/queue/open-queues'
import type { MetricsSource } from '@iaas/common/http/admin-app'
import { type AdminListener, startAdminListener } from '@iaas/common/http/admin-listener'
import type { Logger } from '@iaas/common/log'
import type { RequestListener } from 'node:http'
import type { ApiConfig } from './config.ts'
import { isApiTarget } from './management/is-api-target.ts'

export type AdminOptions = {
  readonly config: ApiConfig
  readonly log: Logger
  readonly queues: Queues
  readonly backlog: Backlog
  readonly metrics: MetricsSource
  /** Answers calls of the management API; undefined: it is not there. */
  readonly calls: RequestListener | undefined
}

/** Starts the admin listener, with the management API and the dashboard of the queues. */
export async function startAdmin(options: AdminOptions): Promise<AdminListener> {
  const { config, metrics, calls } = options
  const pages: RequestListener = (await loadAdminRoutes(options)) ?? notFound
  return startAdminListener(config, metrics, (req, res) =>
    calls !== undefined && isApiTarget(req.url ?? '') ? calls(req, res) : pages(req, res),
  )
}

const notFound: RequestListener = (_req, res) => void res.writeHead(404).end()

/** Loads the dashboard, which takes much memory, only if credentials are configured. */
async function loadAdminRoutes(options: AdminOptions) {
  const { user, password, readOnly } = options.config.admin
  if (user === undefined || password === undefined) return undefined
  const { createAdminRoutes } = await import('./admin/admin-routes.ts')
  return createAdminRoutes({ user, password }, { ...options, readOnly })
}
