import type { RequestHandler } from 'express'

/** `GET /robots.txt`. */
export function createGetRobots(allowIndexing: boolean): RequestHandler {
  const text = `User-agent: *\nDisallow:${allowIndexing ? '' : ' /'}\n`
  return (_req, res) => {
    res.set('Cache-Control', 'public, max-age=86400').type('text/plain').send(text)
  }
}
