import { equalSecrets } from '@iaas/common/equal-secrets'
import { AppError } from '@iaas/common/errors'
import { parseImageId } from '@iaas/common/image'
import type { OriginalStore } from '@iaas/common/ports/original-store'
import type { Token, TokenStore } from '@iaas/common/ports/token-store'

export type IssueTokenOptions = {
  readonly tokens: TokenStore
  readonly originals: OriginalStore
  /** What a caller must know; undefined: everyone who reaches the route may ask. */
  readonly secret: string | undefined
}

/** @throws AppError SECRET_WRONG, INVALID_TOKEN_REQUEST, INVALID_ID, ID_TAKEN or STORE_UNAVAILABLE */
export type IssueToken = (body: unknown) => Promise<Token>

export function createIssueToken({ tokens, originals, secret }: IssueTokenOptions): IssueToken {
  return async function issueToken(body) {
    const fields = isRecord(body) ? body : {}
    if (secret !== undefined) checkSecret(secret, fields['secret'])
    if (!isRecord(body)) {
      throw new AppError(
        'INVALID_TOKEN_REQUEST',
        'The body must be a JSON object such as {"id": "..."}, sent as application/json.',
      )
    }
    const id = parseImageId(fields['id'])
    // An original may be older than its row: put there by hand, or by an upload whose row was lost with the database.
    if ((await originals.find(id)) !== undefined) {
      throw new AppError('ID_TAKEN', 'There is an image of this id already.')
    }
    return tokens.issue(id)
  }
}

function checkSecret(expected: string, received: unknown): void {
  const isRight = typeof received === 'string' && equalSecrets(expected, received)
  if (!isRight) throw new AppError('SECRET_WRONG', 'The field "secret" is missing or wrong.')
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
