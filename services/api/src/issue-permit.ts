import type { ImageId } from '@iaas/common/image'
import type { OriginalStore } from '@iaas/common/ports/original-store'
import type { Replacements } from '@iaas/common/ports/replacements'
import type { Token, TokenStore } from '@iaas/common/ports/token-store'
import { assertPresent, assertUntaken } from './upload/assert-original.ts'

/** A token, and the id that it is valid for. */
export type Permit = { readonly token: Token; readonly id: ImageId }

/** @throws AppError ID_TAKEN, TOKEN_PENDING or STORE_UNAVAILABLE; for a replacement ORIGINAL_NOT_FOUND or ORIGINAL_GONE instead of ID_TAKEN */
export type IssuePermit = (id: ImageId, isReplacement: boolean) => Promise<Permit>

export type IssuePermitOptions = {
  readonly tokens: Pick<TokenStore, 'issue'>
  readonly replacements: Pick<Replacements, 'issue'>
  readonly originals: OriginalStore
}

/** Creates the issuer of upload tokens to callers who may have them. */
export function createIssuePermit(options: IssuePermitOptions): IssuePermit {
  const { tokens, replacements, originals } = options
  return async (id, isReplacement) => {
    if (isReplacement) {
      await assertPresent(originals, id)
      return { token: await replacements.issue(id), id }
    }
    await assertUntaken(originals, id)
    return { token: await tokens.issue(id), id }
  }
}
