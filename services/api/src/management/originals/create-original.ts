import type { IncomingMessage } from 'node:http'
import { AppError, isAppError } from '@iaas/common/errors'
import type { ImageId } from '@iaas/common/image'
import type { OriginalStore } from '@iaas/common/ports/original-store'
import type { CreateOriginal } from '../../create-original.ts'
import type { ReplaceOriginal } from '../../replace-original.ts'
import type { StoredOriginal, Upload } from '../../upload/keep-upload.ts'
import { longestBodyReceiveMs, receiveBody } from '../../upload/receive-body.ts'
import type { ReceiveLimits } from '../../upload/receive-image.ts'
import type { Handlers } from '../call.ts'
import type { ManagementRoutes } from '../contract/routes.ts'
import { apiVersionPath } from '../is-api-target.ts'
import { toOriginalAnswer } from './describe-original.ts'
import { checkIfMatch, conditionFailed } from './if-match.ts'

export type PutOriginalRouteOptions = {
  readonly createOriginal: CreateOriginal
  readonly replaceOriginal: ReplaceOriginal
  readonly originals: Pick<OriginalStore, 'find'>
  readonly limits: ReceiveLimits
}

/** `PUT /originals/{id}`: creates an original, or replaces it if the caller says so. */
export function createPutOriginalRoute(
  options: PutOriginalRouteOptions,
): Handlers<ManagementRoutes>['createOriginal'] {
  const { createOriginal, replaceOriginal, originals, limits } = options

  async function replaceMatching(id: ImageId, upload: Upload, ifMatch: string) {
    try {
      return await replaceOriginal(id, upload, (original) => checkIfMatch(ifMatch, original))
    } catch (error) {
      if (!isAppError(error, 'ORIGINAL_NOT_FOUND')) throw error
      throw conditionFailed('There is no original of this id, so If-Match names none.')
    }
  }

  return async ({ parameters: { id }, query: { replace, ...query }, req, client, signal }) => {
    refuseOtherPuts(req)
    const upload: Upload = {
      query: Object.entries(query).filter(isGiven),
      client,
      receive: (path, stop) => receiveBody(req, path, limits, stop),
      longestReceiveMs: longestBodyReceiveMs(req, limits),
      signal,
    }
    const ifMatch = req.headers['if-match']
    if (ifMatch !== undefined)
      return { ...toAnswer(await replaceMatching(id, upload, ifMatch)), status: 200 }
    if (replace === 'true' && (await originals.find(id)) !== undefined)
      return { ...toAnswer(await replaceOriginal(id, upload)), status: 200 }
    return {
      ...toAnswer(await createOriginal(id, upload)),
      location: `${apiVersionPath}/originals/${encodeURIComponent(id)}`,
    }
  }
}

function toAnswer({ original, format, size, warnings }: StoredOriginal) {
  return {
    body: {
      ...toOriginalAnswer(original, { format, size }, 0),
      ...(warnings.length > 0 && { warnings: [...warnings] }),
    },
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
  if (/^multipart\//i.test(headers['content-type'] ?? '')) {
    throw invalid('The body must be the image itself, not a form.')
  }
}

function invalid(message: string): AppError {
  return new AppError('INVALID_REQUEST', message)
}
