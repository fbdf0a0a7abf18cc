import type { RequestListener } from 'node:http'
import type { Registry } from 'prom-client'

/** Source of metrics: one registry, or several merged. */
export type MetricsSource = Pick<Registry, 'metrics'> & { readonly contentType: string }

/**
 * Creates the handler of the admin listener: `GET /metrics` for Prometheus and `GET /healthz`. Passes everything else
 * to the service's own handler, if it has one.
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
