import { type Policy, type SizedRequest, dependsOnAccept, parseImageUrl } from '@iaas/common/image'
import type { Request, RequestHandler, Response } from 'express'
import fresh from 'fresh'
import { acceptsWebp } from '../http/accept.ts'
import { clientGone } from '../http/client-gone.ts'
import { setImageHeaders, setImmutable, setServerTiming } from '../http/headers.ts'
import type { RequestLocals } from '../http/request-log.ts'
import { readTarget } from '../http/request-target.ts'
import { clientOf } from '../limits/client-of.ts'
import type { ImageReply } from '../image-reply.ts'
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
}

/** The bounds may be widened: a redirect within them is remembered for an hour only. */
const boundedMaxAge = 3600
const boundedInfo =
  'The requested size is outside the bounds of this service; this is the closest within them.'

/** `GET` and `HEAD` of every image address. */
export function createGetImage(options: GetImageOptions): RequestHandler {
  const { policy, serveImage, serveOriginal, redirectMaxAge, signer } = options

  async function serveSized(
    request: SizedRequest,
    expires: number | undefined,
    req: Request,
    res: Response,
  ): Promise<void> {
    // Also on errors: a shared cache must not hand one client's answer to another.
    if (dependsOnAccept(request, policy)) res.vary('Accept')
    const reply = await serveImage(request, {
      acceptsWebp: acceptsWebp(req.headers.accept),
      headOnly: req.method === 'HEAD',
      isFresh: (validators) => isFresh(req, validators),
      signal: clientGone(res),
      client: clientOf(req.ip),
    })
    send(reply, expires, res)
  }

  function send(reply: ImageReply, expires: number | undefined, res: Response): void {
    const locals = res.locals as RequestLocals
    locals.answeredAt = performance.now()
    if (reply.kind !== 'bounded') locals.timing = reply.timing
    setImageHeaders(res)
    switch (reply.kind) {
      case 'hit':
        locals.outcome = 'hit'
        setServerTiming(res, reply.timing)
        return redirect(res, reply.url, redirectMaxAge)
      case 'bounded':
        locals.outcome = 'bounded'
        res.set('X-Redirect-Info', boundedInfo)
        return redirect(res, signer?.sign(reply.location, expires) ?? reply.location, boundedMaxAge)
      case 'image':
        locals.outcome = reply.outcome
        setServerTiming(res, reply.timing)
        return sendImage(reply, res)
    }
  }

  return async function getImage(req, res) {
    const { path, query } = readTarget(req.originalUrl)
    const locals = res.locals as RequestLocals
    locals.route = 'image'
    const expires = signer?.verify(req.originalUrl)
    const request = parseImageUrl(path, query)
    if (request.kind === 'sized') return serveSized(request, expires, req, res)
    locals.route = 'original'
    locals.outcome = 'original'
    await serveOriginal(request.id, req, res)
  }
}

function redirect(res: Response, location: string, maxAge: number): void {
  res.set({ Location: location, 'Cache-Control': `max-age=${maxAge}` })
  res.status(307).end()
}

function sendImage(reply: Extract<ImageReply, { kind: 'image' }>, res: Response): void {
  const { validators, bytes, mime, outcome } = reply
  setImmutable(res)
  res.set('ETag', validators.etag)
  if (validators.lastModified !== undefined) {
    res.set('Last-Modified', validators.lastModified.toUTCString())
  }
  if (outcome === 'not-modified') return void res.status(304).end()
  res.set('Content-Type', mime)
  if (bytes === undefined) return void res.status(200).end()
  res.set('Content-Length', `${bytes.length}`).status(200)
  res.end(res.req.method === 'HEAD' ? undefined : bytes)
}

function isFresh(req: Request, { etag, lastModified }: Validators): boolean {
  return fresh(req.headers, { etag, 'last-modified': lastModified?.toUTCString() })
}
