import type { RequestListener } from 'node:http'
import type { Registry } from 'prom-client'

/** What tells the metrics: a registry, or several of them together. */
export type MetricsSource = Pick<Registry, 'metrics'> & { readonly contentType: string }

/**
 * The admin listener's handler: `GET /metrics` for Prometheus, `GET /healthz`. What a service has besides, where it has
 * any, answers everything else.
 */
export function createAdminApp(
  registry: MetricsSource,
  besides: RequestListener = (_req, res) => void res.writeHead(404).end(),
): RequestListener {
  return (req, res) => {
    const path = req.url?.split('?', 1)[0]
    if (path !== '/healthz' && path !== '/metrics') return besides(req, res)
    if (req.method !== 'GET' && req.method !== 'HEAD') return void res.writeHead(405).end()
    if (path === '/healthz') return void res.end('OK')
    registry.metrics().then(
      (text) => res.setHeader('Content-Type', registry.contentType).end(text),
      () => res.writeHead(500).end(),
    )
  }
}
