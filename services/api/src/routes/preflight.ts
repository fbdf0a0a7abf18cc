import type { RequestHandler } from 'express'
import { exposeHeaders } from '../http/headers.ts'

/** TTL of preflight answers in browsers, s. */
const maxAgeSeconds = 86_400

/**
 * Lets the pages of these origins upload. The token authorises and no cookie is used, so `*` (every origin) is safe.
 *
 * @param onRefused called for each request of another origin
 */
export function createUploadCors(
  origins: readonly string[],
  onRefused: (origin: string) => void,
): RequestHandler {
  const isOpen = origins.includes('*')
  return (req, res, next) => {
    const origin = req.get('Origin')
    if (!isOpen) res.vary('Origin')
    if (origin === undefined) return next()
    if (isOpen || origins.includes(origin)) {
      res.set('Access-Control-Allow-Origin', isOpen ? '*' : origin)
      exposeHeaders(res)
    } else {
      onRefused(origin)
    }
    next()
  }
}

/** Answers `OPTIONS` of an image address: every page may read it, those that `uploadCors` lets in may upload. */
export function createPreflight(uploadCors: RequestHandler): readonly RequestHandler[] {
  const allowOrigin: RequestHandler = (req, res, next) => {
    res.vary('Access-Control-Request-Method')
    const method = req.get('Access-Control-Request-Method')
    if (method === 'GET' || method === 'HEAD') return allowEveryOrigin(req, res, next)
    return uploadCors(req, res, next)
  }
  return [allowOrigin, answerPreflight('GET, HEAD, POST')]
}

const allowEveryOrigin: RequestHandler = (_req, res, next) => {
  res.set('Access-Control-Allow-Origin', '*')
  next()
}

/** Answers `OPTIONS` of a stored variant. */
export const variantPreflight: readonly RequestHandler[] = [
  allowEveryOrigin,
  answerPreflight('GET, HEAD'),
]

function answerPreflight(methods: string): RequestHandler {
  return (req, res) => {
    res.vary('Access-Control-Request-Headers')
    res.set({
      Allow: `${methods}, OPTIONS`,
      'Access-Control-Allow-Methods': methods,
      'Access-Control-Allow-Headers': toAllowedHeaders(req.get('Access-Control-Request-Headers')),
      'Access-Control-Max-Age': `${maxAgeSeconds}`,
    })
    res.status(204).end()
  }
}

const uploadHeaders = 'X-Token, Content-Type'
const maxHeaderNames = 100
const headerName = /^[\w!#$%&'*+.^`|~-]{1,100}$/

/**
 * Allows the headers that a page names: libraries and tracing add their own, which have no meaning here. A wildcard would
 * exclude `Authorization`. A malformed list is not repeated.
 */
function toAllowedHeaders(asked: string | undefined): string {
  const names = (asked ?? '').split(',', maxHeaderNames + 1).map((name) => name.trim())
  const isList = names.length <= maxHeaderNames && names.every((name) => headerName.test(name))
  return isList ? names.join(',') : uploadHeaders
}
