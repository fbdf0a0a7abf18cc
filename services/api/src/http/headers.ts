import type { ServerResponse } from 'node:http'
import type { RequestRecord } from './request-record.ts'
import { formatTiming } from './timing.ts'

const yearInSeconds = 31_536_000

/** Headers of every image. */
export const imageHeaders = {
  'Access-Control-Allow-Origin': '*',
  'Cross-Origin-Resource-Policy': 'cross-origin',
  'X-Content-Type-Options': 'nosniff',
  'Timing-Allow-Origin': '*',
  'Content-Security-Policy': "default-src 'none'; sandbox",
} as const

/**
 * Headers that scripts of other origins may read in addition to the safelisted ones. Redirects need none, since scripts never
 * see their headers.
 */
export const exposedHeaders = [
  'Accept-Ranges',
  'Content-Disposition',
  'Content-Length',
  'Content-Range',
  'ETag',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'Server-Timing',
  'X-Image-Info',
  'X-Redirect-Info',
  'X-Request-Id',
].join(', ')

/** Names and values in turn, as the server writes them; an object per answer would cost more. */
export type HeaderList = string[]

const imageHeaderList = Object.entries(imageHeaders).flat()

/** Headers of every answer to a sized request, written in one call: setting them one by one costs more. */
export function answerHeaders({ requestId, timing }: RequestRecord): HeaderList {
  const headers = ['X-Request-Id', requestId, ...imageHeaderList]
  if (timing !== undefined) headers.push('Server-Timing', formatTiming(timing))
  return headers
}

/** Returns the Cache-Control of an image, which never changes under its address. @param limit remaining validity of the address, s */
export function immutableFor(limit: number): string {
  return `public, max-age=${Math.min(yearInSeconds, limit)}`
}

/** Headers of every answer. */
export function setCommonHeaders(res: ServerResponse, requestId: string): void {
  res.setHeader('X-Request-Id', requestId)
  res.setHeader('X-Content-Type-Options', 'nosniff')
}

export function setImageHeaders(res: ServerResponse): void {
  for (const [name, value] of Object.entries(imageHeaders)) res.setHeader(name, value)
  exposeHeaders(res)
}

/** Lets scripts of allowed origins read the headers of an answer. */
export function exposeHeaders(res: ServerResponse): void {
  res.setHeader('Access-Control-Expose-Headers', exposedHeaders)
}

export function setImmutable(res: ServerResponse, limit = Number.POSITIVE_INFINITY): void {
  res.setHeader('Cache-Control', immutableFor(limit))
}
