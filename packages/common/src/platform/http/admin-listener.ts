import type { RequestListener } from 'node:http'
import { type MetricsSource, createAdminApp } from './admin-app.ts'
import { listen } from './server.ts'

/** The admin listener of a service. */
export type AdminListener = AsyncDisposable & { readonly port: number }

export type AdminAddress = {
  readonly adminPort: number
  readonly adminAddress: string
}

const drainMs = 1000

/**
 * Listens for operators.
 *
 * @param routes everything beside `/metrics` and `/healthz`; 404 unless given
 * @throws Error in plain words: a port that is taken
 */
export async function startAdminListener(
  { adminPort: port, adminAddress: host }: AdminAddress,
  metrics: MetricsSource,
  routes?: RequestListener,
): Promise<AdminListener> {
  const server = await listen(createAdminApp(metrics, routes), {
    port,
    setting: 'ADMIN_PORT',
    host,
  })
  return { port: server.port, [Symbol.asyncDispose]: () => server.close(drainMs) }
}
