import { hash } from 'node:crypto'
import { apiVersionPath } from '@iaas/api/management/is-api-target'
import { type Answer, type Ask, ask } from '../support/http.ts'
import { assertDocumented } from '../support/openapi.ts'

/** Keys of the management API, by name. */
export type Keys = Readonly<
  Record<string, { readonly key: string; readonly scopes: readonly string[] }>
>

/** The variable with the digests of keys. */
export function toApiKeys(keys: Keys): string {
  return Object.entries(keys)
    .map(([name, { key, scopes }]) => `${name}:${hash('sha256', key, 'hex')}:${scopes.join('+')}`)
    .join(',')
}

/**
 * Calls the management API, whose answer has to fit its OpenAPI document. `path` is what follows the version.
 */
export async function call(
  base: string,
  key: string,
  path: string,
  options: Ask = {},
): Promise<Answer> {
  const headers = { Authorization: `Bearer ${key}`, ...options.headers }
  const target = `${apiVersionPath}${path}`
  const answer = await ask(base, target, { ...options, headers })
  assertDocumented(options.method ?? 'GET', target, answer)
  return answer
}
