import { type RateLimit, type SharedCounts, createRateLimit } from './rate-limit.ts'

export type SecretLimitOptions = {
  /** Prefix of the names of counters. */
  readonly what: 'wrong-secrets' | 'wrong-keys'
  readonly quota: number
  readonly shared: SharedCounts | undefined
}

/** Limits wrong secrets per client. Beyond the limit the answer does not depend on the secret. */
export function createSecretLimit({ what, quota, shared }: SecretLimitOptions): RateLimit {
  const subject = what === 'wrong-keys' ? 'API key' : 'secret'
  return createRateLimit({
    what,
    name: 'client',
    quota,
    shared,
    code: 'TOO_MANY_ATTEMPTS',
    message: `The ${subject} was wrong too often; try again later.`,
  })
}
