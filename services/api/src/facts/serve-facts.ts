import type { IncomingMessage, ServerResponse } from 'node:http'
import { digestOf } from '@iaas/common/digest'
import type { FactsRequest, Point } from '@iaas/common/image'
import { factsRevision } from '@iaas/common/image-facts'
import { type OriginalRef, originalKey } from '@iaas/common/original-ref'
import type { FocalStore } from '@iaas/common/ports/focal-store'
import type { OriginalStore } from '@iaas/common/ports/original-store'
import { againIfReplaced } from '@iaas/common/use-original'
import { setCommonHeaders, setImageHeaders } from '../http/headers.ts'
import { type RequestRecord, noteAnswer } from '../http/request-record.ts'
import type { ImageContext } from '../image-context.ts'
import { originalNotFound } from '../original-not-found.ts'
import type { Facts } from './find-facts.ts'
import { type ExifChoice, formatFacts } from './format-facts.ts'

/** TTL of facts, s: a day, because a later release may tell more. */
const maxAge = 86_400

export type FactsContext = Pick<ImageContext, 'headOnly' | 'isFresh' | 'signal' | 'client'> & {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly record: RequestRecord
  /** Remaining validity of the address, s: no cache may keep the answer longer. */
  readonly lifetime: number
}

/** Sends the facts about an original. @throws AppError ORIGINAL_NOT_FOUND; as `Facts.compute` does */
export type ServeFacts = (request: FactsRequest, context: FactsContext) => Promise<void>

export type ServeFactsOptions = {
  readonly originals: Pick<OriginalStore, 'find'>
  readonly focalPoints: Pick<FocalStore, 'find'>
  readonly facts: Facts
  readonly exposeLocation: boolean
}

export function createServeFacts(options: ServeFactsOptions): ServeFacts {
  const { originals, focalPoints, facts, exposeLocation } = options

  async function serve(request: FactsRequest, context: FactsContext): Promise<void> {
    const original = await originals.find(request.id)
    if (original === undefined) throw originalNotFound(request)
    const exif = request.exif ? (exposeLocation ? 'all' : 'public') : 'none'
    const focal = await focalPoints.find(original)
    const etag = etagOf(original, focal, exif)
    if (context.isFresh({ etag, lastModified: undefined })) return end(context, etag, 304)
    const kept = await facts.findKept(original)
    // HEAD computes nothing.
    if (kept === undefined && context.headOnly) return end(context, etag, 200)
    const found = kept ?? (await facts.compute(original, context.client(), context.signal()))
    const body = Buffer.from(`${JSON.stringify(formatFacts(original, found, focal, exif))}\n`)
    end(context, etag, 200, body)
  }

  return (request, context) => againIfReplaced(() => serve(request, context))
}

/** The answer depends on nothing but the original, its focal point, the release and the choice of fields. */
function etagOf(original: OriginalRef, focal: Point | undefined, exif: ExifChoice): string {
  const point = focal && `#${focal.x},${focal.y}`
  const identity = `${originalKey(original)}#${factsRevision}#${exif}${point ?? ''}`
  return `"${digestOf(identity).slice(0, 32)}"`
}

function end(context: FactsContext, etag: string, status: 200 | 304, body?: Buffer): void {
  const { res, record, lifetime, headOnly } = context
  noteAnswer(record, status === 304 ? 'not-modified' : 'facts')
  setCommonHeaders(res, record.requestId)
  setImageHeaders(res)
  res.setHeader('Cache-Control', `public, max-age=${Math.min(maxAge, lifetime)}`)
  res.setHeader('ETag', etag)
  if (status === 200) res.setHeader('Content-Type', 'application/json; charset=utf-8')
  if (body !== undefined) res.setHeader('Content-Length', body.length)
  res.writeHead(status)
  res.end(headOnly ? undefined : body)
}
