import { CdnFailure } from '@iaas/common/cdn-failure'

export type ApiCall = {
  /** Names the CDN in messages. */
  readonly cdn: string
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: unknown
}

export type ApiAnswer = { readonly status: number; readonly body: unknown }

const timeoutMs = 10_000

/**
 * Calls the API of a CDN. Its messages name the status alone: an answer may repeat credentials.
 *
 * @returns also answers of the statuses that are expected
 * @throws CdnFailure for every other status, or if there is no answer in time
 */
export async function callApi(
  { cdn, method, url, headers, body }: ApiCall,
  expected: readonly number[] = [],
): Promise<ApiAnswer> {
  const answer = await ask(cdn, url, {
    method,
    headers: { ...headers, ...(body !== undefined && { 'Content-Type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const { status } = answer.response
  if (answer.response.ok || expected.includes(status)) return { status, body: parse(answer.text) }
  const retryAfterMs = readRetryAfter(answer.response.headers.get('Retry-After'))
  throw new CdnFailure(
    `${cdn} answers ${status}.`,
    retryAfterMs === undefined ? {} : { retryAfterMs },
  )
}

async function ask(cdn: string, url: string, init: RequestInit) {
  try {
    // A redirect would carry the credentials to another server.
    const signal = AbortSignal.timeout(timeoutMs)
    const response = await fetch(url, { ...init, redirect: 'error', signal })
    return { response, text: await response.text() }
  } catch (cause) {
    throw new CdnFailure(`${cdn} does not answer.`, { cause })
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function readRetryAfter(value: string | null): number | undefined {
  if (value === null) return undefined
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now()
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined
}
