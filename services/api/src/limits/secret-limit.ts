import { type RateLimit, type SharedCounts, createRateLimit } from './rate-limit.ts'

/** How often a client may be wrong about the secret; what it is told beyond that does not depend on what it says. */
export function createSecretLimit(quota: number, shared: SharedCounts | undefined): RateLimit {
  return createRateLimit({
    what: 'wrong-secrets',
    name: 'client',
    quota,
    shared,
    code: 'TOO_MANY_ATTEMPTS',
    message: 'The secret was wrong too often; try again later.',
  })
}
