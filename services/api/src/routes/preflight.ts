import type { RequestHandler } from 'express'

const preflightMaxAge = 86_400

/**
 * Uploads come from the pages of other origins. The token is the permit and no cookie takes part, so any origin may be
 * let in; which ones are is configured.
 */
export function createUploadCors(origins: readonly string[]): RequestHandler {
  return (req, res, next) => {
    const origin = req.get('Origin')
    const isAllowed = origins.includes('*') || (origin !== undefined && origins.includes(origin))
    if (!origins.includes('*')) res.vary('Origin')
    if (isAllowed && origin !== undefined) {
      res.set('Access-Control-Allow-Origin', origins.includes('*') ? '*' : origin)
    }
    next()
  }
}

/** `OPTIONS` of an image address. */
export const preflight: RequestHandler = (_req, res) => {
  res.set({
    Allow: 'GET, HEAD, POST, OPTIONS',
    'Access-Control-Allow-Methods': 'GET, HEAD, POST',
    'Access-Control-Allow-Headers': 'X-Token, Content-Type',
    'Access-Control-Max-Age': `${preflightMaxAge}`,
  })
  res.status(204).end()
}
