import { AppError } from '@iaas/common/errors'
import type { OriginalRef } from '@iaas/common/original-ref'
import { isEtagOfVersion } from './describe-original.ts'

/** Matches each entity tag of a list. A weak one never matches (RFC 9110, 13.1.1). */
const tags = /(W\/)?("[^"]*")/g

/**
 * Checks that `If-Match` names the present version: `*`, or an entity tag of it. Variants that were stored since the tag was
 * made do not count.
 *
 * @throws AppError PRECONDITION_FAILED
 */
export function checkIfMatch(ifMatch: string, original: OriginalRef): void {
  if (ifMatch.trim() === '*') return
  const isMatch = [...ifMatch.matchAll(tags)].some(
    ([, weak, tag = '']) => weak === undefined && isEtagOfVersion(tag, original),
  )
  if (!isMatch) throw conditionFailed('The original has another version than If-Match names.')
}

export function conditionFailed(message: string): AppError {
  return new AppError('PRECONDITION_FAILED', message)
}
