import { createBound } from '@iaas/common/concurrency/bounded'
import { AppError } from '@iaas/common/errors'
import type { TokenStore } from '@iaas/common/ports/token-store'

/** How long a request waits for its begin, ms. A burst of honest uploads to a slow database is through by then. */
const maxWaitMs = 3000

/**
 * Bounds what anybody can make the database do who has no token: requests for tokens, and questions whether a made-up token
 * is one. They take a quarter of the connections, so that links are found however many of them there are.
 *
 * @param poolSize connections to the database
 */
export function boundUnprovenTokens(tokens: TokenStore, poolSize: number): TokenStore {
  const bounded = createBound({
    maxAtOnce: Math.max(1, Math.floor(poolSize / 4)),
    maxWaitMs,
    refusal: () =>
      new AppError('STORE_BUSY', 'Too many tokens are being requested. Try again later.'),
  })
  return {
    ...tokens,
    issue: (id) => bounded(() => tokens.issue(id)),
    isClaimable: (token, id) => bounded(() => tokens.isClaimable(token, id)),
  }
}
