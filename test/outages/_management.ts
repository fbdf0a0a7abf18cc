import type { Answer, Ask } from '../support/http.ts'
import { call, toApiKeys } from '../management/_api.ts'

export type Receipt = {
  readonly id: string
  readonly kind: 'delete' | 'purge'
  readonly selector: { readonly ids: readonly string[] }
  readonly state: string
  readonly counts: Readonly<Record<string, number>>
  readonly old_objects: string
  readonly waiting_for: readonly string[]
  readonly created_at: string
  readonly effective_at: string | null
  readonly finished_at: string | null
}

const key = 'the-key-of-chaos'
/** Setting with which an api accepts the calls below. */
export const apiKeys = toApiKeys({
  chaos: { key, scopes: ['originals:read', 'originals:write', 'purge'] },
})

export function callApi(base: string, path: string, options: Ask): Promise<Answer> {
  return call(base, key, path, options)
}
