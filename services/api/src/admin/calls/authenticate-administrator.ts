import type { IncomingMessage } from 'node:http'
import { AppError } from '@iaas/common/errors'
import type { RateLimit } from '../../limits/rate-limit.ts'
import type { Authenticate, Caller } from '../../management/authenticate.ts'
import { scopes } from '../../management/scopes.ts'
import { type Credentials, createIsAdministrator } from '../is-administrator.ts'
import { isOwnPage, isRead } from '../is-own-page.ts'

export type AuthenticateAdministratorOptions = {
  readonly credentials: Credentials
  /** The administrator changes nothing. */
  readonly readOnly: boolean
  /** Decides on requests with any other scheme. */
  readonly byKey: Authenticate
  readonly wrongKeys: RateLimit
}

/** Permits calls with the credentials of the administrator, or with a key. */
export function createAuthenticateAdministrator(
  options: AuthenticateAdministratorOptions,
): Authenticate {
  const { credentials, readOnly, byKey, wrongKeys } = options
  const isAdministrator = createIsAdministrator(credentials)
  // No name of a key has a colon.
  const administrator: Caller = { name: `admin:${credentials.user}`, scopes }

  return async (req, client) => {
    if (!/^Basic /i.test(req.headers.authorization ?? '')) return byKey(req, client)
    if (!isAdministrator(req)) {
      await wrongKeys.take(client)
      throw new AppError('KEY_WRONG', 'The credentials of the administrator are wrong.')
    }
    // Beyond the limit, a correct guess is refused as well.
    await wrongKeys.check(client)
    if (!isRead(req)) assertMayChange(req, readOnly)
    return administrator
  }
}

function assertMayChange(req: IncomingMessage, readOnly: boolean): void {
  if (readOnly) {
    throw new AppError(
      'SCOPE_MISSING',
      'The administrator only reads here: "admin.read_only" (ADMIN_READ_ONLY) is true.',
    )
  }
  if (!isOwnPage(req)) {
    throw new AppError('SCOPE_MISSING', 'Pages of other origins make no changes here.')
  }
}
