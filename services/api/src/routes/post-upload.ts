import { clientGone } from '@iaas/common/http/client-gone'
import { parseUploadPath } from '@iaas/common/image'
import type { RequestHandler } from 'express'
import { formatFacts } from '../facts/format-facts.ts'
import { recordOf } from '../http/request-record.ts'
import { readTarget } from '../http/request-target.ts'
import type { ClientOf } from '../limits/client-of.ts'
import type { StoreOriginal } from '../store-original.ts'
import { type ReceiveLimits, longestReceiveMs, receiveImage } from '../upload/receive-image.ts'

/** `POST /{id}` and `POST /{id}.{format}`. */
export function createPostUpload(
  storeOriginal: StoreOriginal,
  limits: ReceiveLimits,
  clientOf: ClientOf,
): RequestHandler {
  return async function postUpload(req, res) {
    const record = recordOf(res)
    record.route = 'upload'
    const { path, query } = readTarget(req.originalUrl)
    const ids = parseUploadPath(path)
    record.id = ids[0]
    const { id, size, warnings, original, focal, facts } = await storeOriginal({
      ids,
      token: req.get('X-Token'),
      query,
      client: clientOf(req),
      receive: (file, signal) => receiveImage(req, file, limits, signal),
      longestReceiveMs: longestReceiveMs(req, limits),
      signal: clientGone(res),
    })
    record.id = id
    record.outcome = 'upload'
    res.set('Cache-Control', 'no-store')
    res.json({
      status: 'OK',
      id,
      version: original.version,
      original_width: size.width,
      original_height: size.height,
      ...(warnings.length > 0 && { warnings }),
      ...(focal && { focal_point: focal }),
      ...(facts && { info: formatFacts(original, facts, focal) }),
    })
  }
}
