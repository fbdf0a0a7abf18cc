import type { IncomingMessage } from 'node:http'
import { equalSecrets } from '@iaas/common/equal-secrets'
import auth from 'basic-auth'

export type Credentials = { readonly user: string; readonly password: string }

/** Tells whether a request has the credentials of the administrator (RFC 7617). */
export type IsAdministrator = (req: IncomingMessage) => boolean

export function createIsAdministrator({ user, password }: Credentials): IsAdministrator {
  return (req) => {
    const given = auth(req)
    // Both are compared, so that the time does not tell which one is wrong.
    const isUser = equalSecrets(user, given?.name ?? '')
    const isPassword = equalSecrets(password, given?.pass ?? '')
    return given !== undefined && isUser && isPassword
  }
}
