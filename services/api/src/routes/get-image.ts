import type { IncomingMessage, ServerResponse } from 'node:http'
import { cacheTag } from '@iaas/common/cache-tag'
import {
  type ImageOptions,
  type Policy,
  type Presets,
  type Query,
  formats,
  isNegotiated,
  parseImageUrl,
  variantFormats,
} from '@iaas/common/image'
import type { FastLane } from '../fast-lane/fast-lane.ts'
import { attachment } from '../http/attachment.ts'
import type { RequestRecord } from '../http/request-record.ts'
import { readTarget } from '../http/request-target.ts'
import { sendReply } from '../http/send-reply.ts'
import type { TagAnswer } from '../http/tag-answers.ts'
import type { UnsentAnswers } from '@iaas/common/http/unsent-answers'
import type { ClientOf } from '../limits/client-of.ts'
import type { ImageReply } from '../image-reply.ts'
import type { ServeImage } from '../serve-image.ts'
import type { ServeFacts } from '../facts/serve-facts.ts'
import type { ServeOriginal } from '../serve-original.ts'
import { isServedAddress } from '../signing/served-address.ts'
import { type UrlSigner, lifetimeOf } from '../signing/url-signer.ts'
import { createContextOf } from './context-of.ts'

export type GetImageOptions = {
  readonly policy: Policy
  readonly presets: Presets
  readonly serveImage: ServeImage
  readonly serveOriginal: ServeOriginal
  readonly serveFacts: ServeFacts
  /** TTL of redirects to stored variants in clients, s. */
  readonly redirectMaxAge: number
  /** undefined: addresses are not signed. */
  readonly signer: UrlSigner | undefined
  /** Stored variants are served by this service, so their addresses must be signed, too. */
  readonly isStoreServed: boolean
  readonly clientOf: ClientOf
  readonly unsent: UnsentAnswers
  readonly fastLane: FastLane
  readonly tagAnswer: TagAnswer | undefined
}

/** Answers `GET` and `HEAD` of an image address. Rejects with what goes wrong. */
export type GetImage = (
  req: IncomingMessage,
  res: ServerResponse,
  record: RequestRecord,
) => Promise<void>

/** Matches the target of a request for `.auto`, even one that is refused before it is parsed. */
const autoTarget = /\.auto(?:\?|$)/i

export function createGetImage(options: GetImageOptions): GetImage {
  const { policy, presets, serveImage, serveOriginal, serveFacts, redirectMaxAge, clientOf } =
    options
  const { signer, isStoreServed, unsent, fastLane, tagAnswer } = options
  const contextOf = createContextOf(clientOf)

  const getImage: GetImage = async (req, res, record) => {
    const target = req.url ?? ''
    record.route = 'image'
    // Set on errors, too: a shared cache must not hand one client's answer to another.
    if (autoTarget.test(target)) res.setHeader('Vary', 'Accept')
    const expires = signer?.verify(target)
    const lifetime = lifetimeOf(expires)
    const { path, query } = readTarget(target)
    const request = parseImageUrl(path, query, presets)
    record.id = request.id
    tagAnswer?.(res, cacheTag(request.id))
    if (request.kind === 'original') {
      record.route = 'original'
      record.outcome = 'original'
      res.removeHeader('Vary')
      return serveOriginal(request, { req, res, record, lifetime })
    }
    if (request.kind === 'facts') {
      record.route = 'facts'
      return serveFacts(request, { ...contextOf(req, res, false), req, res, record, lifetime })
    }
    const varies = isNegotiated(request, policy)
    if (varies) res.setHeader('Vary', 'Accept')
    const reply = withVersion(await serveImage(request, contextOf(req, res, varies)), query)
    const { download } = request.options
    if (download !== false && 'mime' in reply)
      res.setHeader('Content-Disposition', attachment(request.id, reply.mime, download))
    if (isTooLarge(reply, request.options)) res.setHeader('X-Image-Info', 'larger-than-max-bytes')
    const isSameForAll = signer === undefined && !varies
    const sign = (location: string) => signer?.sign(location, expires) ?? location
    const signStored = (url: string) => (isStoreServed && isServedAddress(url) ? sign(url) : url)
    const context = {
      req,
      res,
      record,
      redirectMaxAge,
      lifetime,
      sign,
      signStored,
      unsent,
      fastLane,
    }
    const sent = sendReply(reply, context)
    if (reply.kind === 'hit' && isSameForAll)
      fastLane.note(target, { id: request.id, key: reply.key, address: reply.address })
    return sent
  }

  return getImage
}

/** Keeps `v` in a redirect within the bounds: a browser may remember what its target was before. */
function withVersion(reply: ImageReply, query: Query): ImageReply {
  if (reply.kind !== 'bounded') return reply
  const version = [...query].find(([name]) => name === 'v')?.[1]
  if (version === undefined) return reply
  const { location } = reply
  const separator = location.includes('?') ? '&' : '?'
  return { ...reply, location: `${location}${separator}v=${encodeURIComponent(version)}` }
}

/** Returns true if no quality fits into `max_bytes`. */
function isTooLarge(reply: ImageReply, { maxBytes }: ImageOptions): boolean {
  if (maxBytes === undefined || reply.kind !== 'image' || reply.bytes === undefined) return false
  const format = variantFormats.find((known) => formats[known].mime === reply.mime)
  return format !== undefined && formats[format].lossy && reply.bytes.length > maxBytes
}
