import type { IncomingMessage, ServerResponse } from 'node:http'
import { performance } from 'node:perf_hooks'
import { clientGone } from '@iaas/common/http/client-gone'
import type { Cdn } from '@iaas/common/ports/cdn'
import { type Policy, negotiableFormats, parseImageUrl } from '@iaas/common/image'
import fresh from 'fresh'
import { acceptedFormats } from '../http/accept.ts'
import { conditionsOf } from '../http/conditions.ts'
import type { RequestRecord } from '../http/request-record.ts'
import { readTarget } from '../http/request-target.ts'
import { sendReply } from '../http/send-reply.ts'
import { redirectToStored } from '../http/stored-redirect.ts'
import type { UnsentAnswers } from '@iaas/common/http/unsent-answers'
import type { ClientOf } from '../limits/client-of.ts'
import type { KnownTargets } from '../links/known-targets.ts'
import type { ServeImage } from '../serve-image.ts'
import type { ServeOriginal } from '../serve-original.ts'
import { isServedAddress } from '../signing/served-address.ts'
import { type UrlSigner, lifetimeOf } from '../signing/url-signer.ts'
import type { Validators } from '../validators.ts'

export type GetImageOptions = {
  readonly policy: Policy
  readonly serveImage: ServeImage
  readonly serveOriginal: ServeOriginal
  readonly cdn: Pick<Cdn, 'current'>
  /** How long a client may remember a redirect to a stored variant, s. */
  readonly redirectMaxAge: number
  /** undefined: addresses are not signed. */
  readonly signer: UrlSigner | undefined
  /** Whether stored variants are asked of this service as well, so that their addresses must be signed. */
  readonly isStoreServed: boolean
  /** See `watchStore`. */
  readonly isStoreAway: () => boolean
  readonly clientOf: ClientOf
  readonly knownTargets: KnownTargets
  readonly unsent: UnsentAnswers
}

type Handler<Result> = (req: IncomingMessage, res: ServerResponse, record: RequestRecord) => Result

/** `GET` and `HEAD` of every image address. */
export type GetImage = {
  /** Redirects to a variant whose link is at hand, as most requests are answered. false: it is not, or has to be asked for. */
  readonly atOnce: Handler<boolean>
  /** Rejects with what goes wrong. */
  readonly inTime: Handler<Promise<void>>
}

export function createGetImage(options: GetImageOptions): GetImage {
  const { policy, serveImage, serveOriginal, redirectMaxAge, clientOf, knownTargets } = options
  const { signer, isStoreServed, isStoreAway, unsent, cdn } = options

  const atOnce: GetImage['atOnce'] = (req, res, record) => {
    if (isStoreAway()) return false
    const known = knownTargets.find(req.url ?? '', record.startedAt)
    if (known === undefined) return false
    record.id = known.id
    record.route = 'image'
    record.answeredAt = performance.now()
    const timing = { lookup: record.answeredAt - record.startedAt }
    redirectToStored(
      { location: cdn.current(known.remembered.link.url), maxAge: redirectMaxAge, timing },
      res,
      record,
    )
    return true
  }

  const inTime: GetImage['inTime'] = async (req, res, record) => {
    const target = req.url ?? ''
    record.route = 'image'
    const expires = signer?.verify(target)
    const lifetime = lifetimeOf(expires)
    const { path, query } = readTarget(target)
    const request = parseImageUrl(path, query)
    record.id = request.id
    if (request.kind === 'original') {
      record.route = 'original'
      record.outcome = 'original'
      return serveOriginal(request.id, { req, res, record, lifetime })
    }
    const isNegotiated = negotiableFormats(request, policy).length > 0
    // Also on errors: a shared cache must not hand one client's answer to another.
    if (isNegotiated) res.setHeader('Vary', 'Accept')
    const reply = await serveImage(request, contextOf(req, res, isNegotiated))
    const isSameForAll = signer === undefined && !isNegotiated
    const sign = (location: string) => signer?.sign(location, expires) ?? location
    const signStored = (url: string) => (isStoreServed && isServedAddress(url) ? sign(url) : url)
    const context = { req, res, record, redirectMaxAge, lifetime, sign, signStored, unsent }
    const sent = sendReply(reply, context)
    if (reply.kind === 'hit' && isSameForAll) knownTargets.note(target, reply.key, request.id)
    return sent
  }

  function contextOf(req: IncomingMessage, res: ServerResponse, isNegotiated: boolean) {
    return {
      accepted: isNegotiated ? acceptedFormats(req.headers.accept) : [],
      headOnly: req.method === 'HEAD',
      isFresh: (validators: Validators) => isFresh(req, validators),
      signal: () => clientGone(res),
      client: () => clientOf(req),
    }
  }

  return { atOnce, inTime }
}

function isFresh(req: IncomingMessage, { etag, lastModified }: Validators): boolean {
  return fresh(conditionsOf(req), { etag, 'last-modified': lastModified?.toUTCString() })
}
