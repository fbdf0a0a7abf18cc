import { equalSecrets } from '@iaas/common/equal-secrets'
import auth from 'basic-auth'
import type { RequestHandler } from 'express'

export type Credentials = { readonly user: string; readonly password: string }

/** Requires HTTP Basic authentication (RFC 7617); answers 401 without the right credentials. */
export function requireCredentials({ user, password }: Credentials): RequestHandler {
  return (req, res, next) => {
    const given = auth(req)
    const isUser = equalSecrets(user, given?.name ?? '')
    const isPassword = equalSecrets(password, given?.pass ?? '')
    if (given !== undefined && isUser && isPassword) return next()
    res.set('WWW-Authenticate', 'Basic realm="queues", charset="UTF-8"')
    res.status(401).type('text/plain').send('The credentials of the administrator are needed.')
  }
}
