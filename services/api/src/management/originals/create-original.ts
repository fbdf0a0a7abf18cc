import type { IncomingMessage } from 'node:http'
import { AppError } from '@iaas/common/errors'
import type { CreateOriginal } from '../../create-original.ts'
import { longestBodyReceiveMs, receiveBody } from '../../upload/receive-body.ts'
import type { ReceiveLimits } from '../../upload/receive-image.ts'
import type { Handlers } from '../call.ts'
import type { ManagementRoutes } from '../contract/routes.ts'
import { apiVersionPath } from '../is-api-target.ts'
import { toOriginalAnswer } from './describe-original.ts'

/** `PUT /originals/{id}`. */
export function createPutOriginalRoute(
  createOriginal: CreateOriginal,
  limits: ReceiveLimits,
): Handlers<ManagementRoutes>['createOriginal'] {
  return async ({ parameters: { id }, query, req, client, signal }) => {
    refuseOtherPuts(req)
    const { original, format, size, warnings } = await createOriginal(id, {
      query: Object.entries(query).filter(isGiven),
      client,
      receive: (path, stop) => receiveBody(req, path, limits, stop),
      longestReceiveMs: longestBodyReceiveMs(req, limits),
      signal,
    })
    return {
      body: {
        ...toOriginalAnswer(original, { format, size }, 0),
        ...(warnings.length > 0 && { warnings: [...warnings] }),
      },
      location: `${apiVersionPath}/originals/${encodeURIComponent(id)}`,
    }
  }
}

function isGiven(pair: readonly [string, string | undefined]): pair is [string, string] {
  return pair[1] !== undefined
}

/** Refuses what a PUT may mean elsewhere, before the body is read. */
function refuseOtherPuts({ headers }: IncomingMessage): void {
  // A part must not become the whole (RFC 9110, 14.5).
  if (headers['content-range'] !== undefined) {
    throw invalid('The body must be the whole image, without Content-Range.')
  }
  if (headers['if-match'] !== undefined) {
    throw invalid('If-Match is not possible: an original cannot be replaced.')
  }
  if (/^multipart\//i.test(headers['content-type'] ?? '')) {
    throw invalid('The body must be the image itself, not a form.')
  }
}

function invalid(message: string): AppError {
  return new AppError('INVALID_REQUEST', message)
}
