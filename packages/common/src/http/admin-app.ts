import type { RequestListener } from 'node:http'
import type { Registry } from 'prom-client'

/** The admin listener's handler: `GET /metrics` for Prometheus, `GET /healthz`; everything else is 404. */
export function createAdminApp(registry: Registry): RequestListener {
  return (req, res) => {
    const path = req.url?.split('?', 1)[0]
    if (req.method !== 'GET' && req.method !== 'HEAD') return void res.writeHead(405).end()
    if (path === '/healthz') return void res.end('OK')
    if (path !== '/metrics') return void res.writeHead(404).end()
    registry.metrics().then(
      (text) => res.setHeader('Content-Type', registry.contentType).end(text),
      () => res.writeHead(500).end(),
    )
  }
}
