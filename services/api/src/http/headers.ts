import type { ServerResponse } from 'node:http'
import type { RequestRecord } from './request-record.ts'
import { formatTiming } from './timing.ts'

const yearInSeconds = 31_536_000

/** What every picture that is served here says of itself, whoever shows it. */
export const imageHeaders = {
  'Access-Control-Allow-Origin': '*',
  'Cross-Origin-Resource-Policy': 'cross-origin',
  'X-Content-Type-Options': 'nosniff',
  'Timing-Allow-Origin': '*',
  'Content-Security-Policy': "default-src 'none'; sandbox",
} as const

/**
 * The headers that scripts of other origins may read, beside those that browsers show them anyway. A redirect needs none of
 * this: scripts never see its headers.
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
  'X-Redirect-Info',
  'X-Request-Id',
].join(', ')

/** Names and values in turn, as the server writes them: an object of them would be made for each answer only to be read once. */
export type HeaderList = string[]

const imageHeaderList = Object.entries(imageHeaders).flat()

/** What every answer to a sized request says. All headers go out in one call: each that is set by itself costs more. */
export function answerHeaders({ requestId, timing }: RequestRecord): HeaderList {
  const headers = ['X-Request-Id', requestId, ...imageHeaderList]
  if (timing !== undefined) headers.push('Server-Timing', formatTiming(timing))
  return headers
}

/** A picture never changes under its address. @param limit how long the address itself is good, s */
export function immutableFor(limit: number): string {
  return `public, max-age=${Math.min(yearInSeconds, limit)}`
}

/** What every answer says, whatever it is. */
export function setCommonHeaders(res: ServerResponse, requestId: string): void {
  res.setHeader('X-Request-Id', requestId)
  res.setHeader('X-Content-Type-Options', 'nosniff')
}

export function setImageHeaders(res: ServerResponse): void {
  for (const [name, value] of Object.entries(imageHeaders)) res.setHeader(name, value)
  exposeHeaders(res)
}

/** Lets scripts of the origins that may read an answer read its headers. */
export function exposeHeaders(res: ServerResponse): void {
  res.setHeader('Access-Control-Expose-Headers', exposedHeaders)
}

export function setImmutable(res: ServerResponse, limit = Number.POSITIVE_INFINITY): void {
  res.setHeader('Cache-Control', immutableFor(limit))
}
