import type { ApiConfig } from '../config.ts'
import type { RateLimit, SharedCounts } from './rate-limit.ts'
import { type RenderLimits, createRenderLimits } from './render-limits.ts'
import { createSecretLimit } from './secret-limit.ts'

export type Limits = {
  readonly renders: RenderLimits
  readonly wrongSecrets: RateLimit
  readonly wrongKeys: RateLimit
}

/** Creates the configured limits. Without `shared` each process counts for itself. */
export function createLimits(
  { limits, secret }: ApiConfig,
  shared: SharedCounts | undefined,
): Limits {
  const { rendersPerClient: perClient, rendersPerOriginal: perOriginal } = limits
  const { wrongSecretsPerClient: quota } = limits
  const secretQuota = secret === undefined ? 0 : quota
  return {
    renders: createRenderLimits({ perClient, perOriginal, shared }),
    wrongSecrets: createSecretLimit({ what: 'wrong-secrets', quota: secretQuota, shared }),
    wrongKeys: createSecretLimit({ what: 'wrong-keys', quota, shared }),
  }
}
