import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Policy, type SizedRequest, dependsOnAccept, parseImageUrl } from '@iaas/common/image'
import fresh from 'fresh'
import { acceptsWebp } from '../http/accept.ts'
import { clientGone } from '../http/client-gone.ts'
import type { RequestRecord } from '../http/request-record.ts'
import { readTarget } from '../http/request-target.ts'
import { sendReply } from '../http/send-reply.ts'
import type { ImageReply } from '../image-reply.ts'
import type { ClientOf } from '../limits/client-of.ts'
import type { ServeImage } from '../serve-image.ts'
import type { ServeOriginal } from '../serve-original.ts'
import type { UrlSigner } from '../signing/url-signer.ts'
import type { Validators } from '../validators.ts'

export type GetImageOptions = {
  readonly policy: Policy
  readonly serveImage: ServeImage
  readonly serveOriginal: ServeOriginal
  /** How long a client may remember a redirect to a stored variant, s. */
  readonly redirectMaxAge: number
  /** undefined: addresses are not signed. */
  readonly signer: UrlSigner | undefined
  readonly clientOf: ClientOf
}

/** `GET` and `HEAD` of every image address. Rejects with what goes wrong. */
export type GetImage = (
  req: IncomingMessage,
  res: ServerResponse,
  record: RequestRecord,
) => Promise<void>

export function createGetImage(options: GetImageOptions): GetImage {
  const { policy, serveImage, serveOriginal, redirectMaxAge, signer, clientOf } = options

  return async function getImage(req, res, record) {
    const target = req.url ?? ''
    record.route = 'image'
    const expires = signer?.verify(target)
    const { path, query } = readTarget(target)
    const request = parseImageUrl(path, query)
    if (request.kind === 'original') {
      record.route = 'original'
      record.outcome = 'original'
      return serveOriginal(request.id, req, res, record)
    }
    const reply = await replyTo(request, req, res)
    const sign = (location: string) => signer?.sign(location, expires) ?? location
    sendReply(reply, { req, res, record, redirectMaxAge, sign })
  }

  function replyTo(
    request: SizedRequest,
    req: IncomingMessage,
    res: ServerResponse,
  ): Promise<ImageReply> {
    const isNegotiated = dependsOnAccept(request, policy)
    // Also on errors: a shared cache must not hand one client's answer to another.
    if (isNegotiated) res.setHeader('Vary', 'Accept')
    return serveImage(request, {
      acceptsWebp: isNegotiated && acceptsWebp(req.headers.accept),
      headOnly: req.method === 'HEAD',
      isFresh: (validators) => isFresh(req, validators),
      signal: () => clientGone(res),
      client: () => clientOf(req),
    })
  }
}

function isFresh(req: IncomingMessage, { etag, lastModified }: Validators): boolean {
  return fresh(req.headers, { etag, 'last-modified': lastModified?.toUTCString() })
}
