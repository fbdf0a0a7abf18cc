import { equalSecrets } from '@iaas/common/equal-secrets'
import { AppError } from '@iaas/common/errors'
import { parseImageId } from '@iaas/common/image'
import type { IssuePermit, Permit } from './issue-permit.ts'
import type { RateLimit } from './limits/rate-limit.ts'

export type IssueTokenOptions = {
  readonly issuePermit: IssuePermit
  /** Accepted secrets; empty: everyone who can reach the route gets tokens. */
  readonly secrets: readonly string[]
  /** Limits wrong secrets per client. */
  readonly wrongSecrets: RateLimit
}

/**
 * @param client the client whose attempts are counted
 * @throws AppError SECRET_WRONG, TOO_MANY_ATTEMPTS, INVALID_TOKEN_REQUEST, INVALID_ID, ID_TAKEN, TOKEN_PENDING or
 * STORE_UNAVAILABLE; for a replacement ORIGINAL_NOT_FOUND or ORIGINAL_GONE instead of ID_TAKEN
 */
export type IssueToken = (body: unknown, client: string) => Promise<Permit>

export function createIssueToken(options: IssueTokenOptions): IssueToken {
  const { issuePermit, secrets, wrongSecrets } = options

  return async function issueToken(body, client) {
    const fields = isRecord(body) ? body : {}
    if (secrets.length > 0) await checkSecret(fields['secret'], client)
    if (!isRecord(body)) {
      throw new AppError(
        'INVALID_TOKEN_REQUEST',
        'The body must be a JSON object such as {"id": "..."}, sent as application/json.',
      )
    }
    const id = parseImageId(fields['id'])
    return issuePermit(id, isReplacement(fields['replace']))
  }

  async function checkSecret(received: unknown, client: string): Promise<void> {
    const isRight = typeof received === 'string' && isOneOf(secrets, received)
    // Beyond the limit, a correct guess is refused as well.
    if (isRight) return wrongSecrets.check(client)
    await wrongSecrets.take(client)
    throw new AppError('SECRET_WRONG', 'The field "secret" is missing or wrong.')
  }
}

/** Compares with every secret, so that the time does not reveal which one matches. */
function isOneOf(secrets: readonly string[], received: string): boolean {
  return secrets.filter((secret) => equalSecrets(secret, received)).length > 0
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isReplacement(replace: unknown): boolean {
  if (replace === undefined || typeof replace === 'boolean') return replace === true
  throw new AppError('INVALID_TOKEN_REQUEST', 'The field "replace" must be true or false.')
}
