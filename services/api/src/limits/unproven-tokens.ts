import { createBound } from '@iaas/common/concurrency/bounded'
import { AppError } from '@iaas/common/errors'
import type { TokenStore } from '@iaas/common/ports/token-store'

/** Milliseconds that a request waits to start; enough for a burst of honest uploads to a slow database. */
const maxWaitMs = 3000

/**
 * Bounds the database work that clients without a token can cause: requests for tokens, and checks of invented tokens. They use
 * a quarter of the connections, so that lookups of links are never starved.
 *
 * @param poolSize connections to the database
 */
export function boundUnprovenTokens(
  poolSize: number,
): <Tokens extends Pick<TokenStore, 'issue' | 'isClaimable'>>(tokens: Tokens) => Tokens {
  const bounded = createBound({
    maxAtOnce: Math.max(1, Math.floor(poolSize / 4)),
    maxWaitMs,
    refusal: () =>
      new AppError('STORE_BUSY', 'Too many tokens are being requested. Try again later.'),
  })
  return (tokens) => ({
    ...tokens,
    issue: (id) => bounded(() => tokens.issue(id)),
    isClaimable: (token, id) => bounded(() => tokens.isClaimable(token, id)),
  })
}
