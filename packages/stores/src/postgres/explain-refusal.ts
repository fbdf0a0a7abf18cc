import { sql } from 'kysely'
import { AppError } from '@iaas/common/errors'
import type { ImageId } from '@iaas/common/image'
import type { Database } from './database.ts'
import { translateErrors } from './translate-errors.ts'

/** Matches a complete upload. An upload of the legacy iaas has no claim and may have no time of its end. */
const isTaken = sql<boolean>`uploaded_at IS NOT NULL OR (used <> 0 AND claimed_at IS NULL)`

/** Seconds until the token expires or the lease of its claim ends. */
const secondsLeft = sql<number>`ceil(extract(epoch FROM CASE used WHEN 0 THEN valid_until
  ELSE claimed_at + coalesce(claim_lease, interval '0') END - now()))::int`

/**
 * Explains why an id gets no token.
 *
 * @returns ID_TAKEN, or TOKEN_PENDING with the seconds until a retry
 */
export async function explainRefusal(db: Database, id: ImageId): Promise<AppError> {
  const query = db
    .selectFrom('tokens')
    .select([isTaken.as('isTaken'), secondsLeft.as('secondsLeft')])
    .where('image_id', '=', id)
  const row = await translateErrors(query.executeTakeFirst())
  if (row?.isTaken === true)
    return new AppError('ID_TAKEN', 'An image with this id already exists. Choose another id.')
  // Without a row, the token has just been released.
  const retryAfterSeconds = Math.max(1, row?.secondsLeft ?? 1)
  return new AppError(
    'TOKEN_PENDING',
    'The id has an unused token or an upload in progress. Use that token, or request one later.',
    { retryAfterSeconds },
  )
}
