import type { RequestListener } from 'node:http'
import { type MetricsSource, createAdminApp } from './admin-app.ts'
import { listen } from './server.ts'

/** The admin listener of a service. */
export type AdminListener = AsyncDisposable & { readonly port: number }

export type AdminAddress = {
  readonly admin_port: number
  readonly admin_address?: string | undefined
}

const drainMs = 1000

/**
 * Listens for operators, on the loopback unless configured otherwise.
 *
 * @param routes everything beside `/metrics` and `/healthz`; 404 unless given
 * @throws Error in plain words: a port that is taken
 */
export async function startAdminListener(
  { admin_port: port, admin_address: host = '127.0.0.1' }: AdminAddress,
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
