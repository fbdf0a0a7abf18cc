import type { RequestHandler } from 'express'
import { type Credentials, createIsAdministrator } from './is-administrator.ts'

/** One realm for the whole admin listener, so that a browser asks for the credentials once. */
export const adminChallenge = 'Basic realm="admin", charset="UTF-8"'

/** Requires HTTP Basic authentication (RFC 7617); answers 401 without the right credentials. */
export function requireCredentials(credentials: Credentials): RequestHandler {
  const isAdministrator = createIsAdministrator(credentials)
  return (req, res, next) => {
    if (isAdministrator(req)) return next()
    res.set('WWW-Authenticate', adminChallenge)
    res.status(401).type('text/plain').send('The credentials of the administrator are needed.')
  }
}
