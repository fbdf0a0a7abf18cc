import { hash } from 'node:crypto'
import { type Answer, type Ask, ask } from '../support/http.ts'

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

/** Calls the management API. `path` is what follows the version. */
export function call(base: string, key: string, path: string, options: Ask = {}): Promise<Answer> {
  const headers = { Authorization: `Bearer ${key}`, ...options.headers }
  return ask(base, `/_api/v1${path}`, { ...options, headers })
}
