import type { IncomingMessage } from 'node:http'
import { AppError } from '@iaas/common/errors'
import type { RateLimit } from '../limits/rate-limit.ts'
import type { FindKey } from './find-key.ts'
import type { Scope } from './scopes.ts'

/** The caller: a key, or the administrator. */
export type Caller = { readonly name: string; readonly scopes: readonly Scope[] }

/**
 * Returns the caller of a request.
 *
 * @param client the client whose wrong keys are counted
 * @throws AppError KEY_WRONG, TOO_MANY_ATTEMPTS
 */
export type Authenticate = (req: IncomingMessage, client: string) => Promise<Caller>

export function createAuthenticate(findKey: FindKey, wrongKeys: RateLimit): Authenticate {
  return async (req, client) => {
    const received = readBearer(req)
    if (received === undefined) {
      throw new AppError(
        'KEY_WRONG',
        'The request must have one header "Authorization: Bearer KEY".',
      )
    }
    const key = findKey(received)
    if (key === undefined) {
      await wrongKeys.take(client)
      throw new AppError('KEY_WRONG', 'There is no such API key.')
    }
    // Beyond the limit, a correct guess is refused as well.
    await wrongKeys.check(client)
    return key
  }
}

/** RFC 6750, 2.1. */
const bearer = /^Bearer +([\w.~+/-]+=*)$/i

/** Returns undefined for any other scheme, and for several headers: another server in front may have read another one. */
function readBearer({ rawHeaders }: IncomingMessage): string | undefined {
  const values = rawHeaders.filter(
    (_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === 'authorization',
  )
  const [value = '', ...others] = values
  return others.length > 0 ? undefined : bearer.exec(value)?.[1]
}
