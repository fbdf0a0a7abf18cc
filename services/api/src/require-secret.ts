import { ConfigError } from '@iaas/common/config/config-error'
import { type Environment, nodeEnvironments } from '@iaas/common/config/load'
import type { ApiConfig } from './config.ts'

type TokenSettings = Pick<ApiConfig, 'secret' | 'allowOpenTokens'>

/** @throws ConfigError if anyone would get upload tokens in production without `allow_open_tokens` */
export function requireSecret(settings: TokenSettings, env: Environment): void {
  if (settings.secret !== undefined || settings.allowOpenTokens) return
  if (!nodeEnvironments(env).includes('production')) return
  throw new ConfigError([
    'secret (TOKEN_SECRET): is needed where NODE_ENV is production: without it, anyone gets upload tokens. Set it, or allow_open_tokens (ALLOW_OPEN_TOKENS=true) where others cannot reach POST /token',
  ])
}
