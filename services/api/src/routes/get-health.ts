import type { TokenStore } from '@iaas/common/ports/token-store'
import type { Dependencies } from '@iaas/common/metrics/dependencies'
import type { RequestHandler } from 'express'

/** What the service says of itself. `starting` and `draining`: nothing new should be sent here. */
export type ServiceState = 'starting' | 'ready' | 'draining'

/** `GET /_health`: the seed's rule, which asks the database. */
export function createGetDatabaseHealth(tokens: TokenStore): RequestHandler {
  return async (_req, res) => {
    const isUp = await tokens.ping().then(
      () => true,
      () => false,
    )
    res.set('Cache-Control', 'no-store').type('text/plain')
    res.status(isUp ? 200 : 500).send(isUp ? 'OK' : 'The database cannot be reached.')
  }
}

/** `GET /healthz`: the process answers. */
export const getLiveness: RequestHandler = (_req, res) => {
  res.set('Cache-Control', 'no-store').type('text/plain').send('OK')
}

/** `GET /readyz`: requests can be served. What is down is told of and is not fatal: pictures are served without it. */
export function createGetReadiness(
  state: () => ServiceState,
  dependencies: Dependencies,
): RequestHandler {
  return async (_req, res) => {
    res.set('Cache-Control', 'no-store')
    if (state() !== 'ready') return void res.status(503).json({ status: state() })
    res.json({ status: 'ready', dependencies: Object.fromEntries(await dependencies.check()) })
  }
}
