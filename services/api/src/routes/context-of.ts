import type { IncomingMessage, ServerResponse } from 'node:http'
import { clientGone } from '@iaas/common/http/client-gone'
import fresh from 'fresh'
import { acceptedFormats } from '../http/accept.ts'
import { conditionsOf } from '../http/conditions.ts'
import type { ImageContext } from '../image-context.ts'
import type { ClientOf } from '../limits/client-of.ts'
import type { Validators } from '../validators.ts'

/** Creates the reader of what a request tells in addition to its address. */
export function createContextOf(clientOf: ClientOf) {
  /** @param varies the answer depends on `Accept` */
  return function contextOf(
    req: IncomingMessage,
    res: ServerResponse,
    varies: boolean,
  ): ImageContext {
    return {
      accepted: varies ? acceptedFormats(req.headers.accept) : [],
      headOnly: req.method === 'HEAD',
      isFresh: (validators) => isFresh(req, validators),
      signal: () => clientGone(res),
      client: () => clientOf(req),
    }
  }
}

function isFresh(req: IncomingMessage, { etag, lastModified }: Validators): boolean {
  return fresh(conditionsOf(req), { etag, 'last-modified': lastModified?.toUTCString() })
}
