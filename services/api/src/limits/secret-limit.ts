import { type RateLimit, type SharedCounts, createRateLimit } from './rate-limit.ts'

/** Limits wrong secrets per client. Beyond the limit the answer does not depend on the secret. */
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
