import { databaseName } from '@iaas/stores/composition/watch-backends'
import type { Dependencies } from '@iaas/common/metrics/dependencies'
import type { RequestHandler, Response } from 'express'
import { sendProblem, transportProblem } from '../http/problem.ts'
import { recordOf } from '../http/request-record.ts'

/** State of the service. `starting` and `draining`: it should get no new requests. */
export type ServiceState = 'starting' | 'ready' | 'draining'

/** `GET /_health`: 500 while the database does not answer, as in the legacy iaas. */
export function createGetDatabaseHealth(dependencies: Dependencies): RequestHandler {
  return async (_req, res) => {
    if ((await dependencies.ask(databaseName)) === 'up') return sendText(res, 'OK')
    const { requestId } = recordOf(res)
    const detail = 'The database cannot be reached.'
    sendProblem(res, transportProblem(500, 'Internal Server Error', detail, requestId))
  }
}

/** `GET /healthz`: the process lives. The text tells the edge that it is about to close its port. */
export function createGetLiveness(state: () => ServiceState): RequestHandler {
  return (_req, res) => sendText(res, state() === 'draining' ? 'draining' : 'OK')
}

function sendText(res: Response, text: string): void {
  res.set('Cache-Control', 'no-store').type('text/plain').send(text)
}

/** `GET /readyz`: the process can serve. Dependencies that are down are reported and not fatal: images are served without them. */
export function createGetReadiness(
  state: () => ServiceState,
  dependencies: Dependencies,
): RequestHandler {
  return async (_req, res) => {
    if (state() !== 'ready') {
      const { requestId } = recordOf(res)
      const detail = `The service is ${state()}.`
      return sendProblem(res, transportProblem(503, 'Service Unavailable', detail, requestId))
    }
    res.set('Cache-Control', 'no-store')
    res.json({ status: 'ready', dependencies: Object.fromEntries(await dependencies.check()) })
  }
}
