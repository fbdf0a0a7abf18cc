import { randomBytes } from 'node:crypto'
import { type RawBuilder, type Transaction, sql } from 'kysely'
import { AppError } from '@iaas/common/errors'
import type { ImageId } from '@iaas/common/image'
import type { Epoch } from '@iaas/common/ports/epochs'
import {
  type Replacements,
  isReplacementToken,
  toReplacementToken,
} from '@iaas/common/ports/replacements'
import type { Database } from './database.ts'
import { lockFence } from './raise-epochs.ts'
import type { Schema } from './tables/schema.ts'
import { translateErrors } from './translate-errors.ts'
import { type UnlinkOptions, unlinkReplaced } from './unlink-replaced.ts'

/** Validity of a token, and time between issuing one and claiming it in `take`. */
const validity = sql<string>`interval '15 minutes'`
const validityForClaim = sql<string>`interval '1 minute'`

/** Originals of which links are deleted in one transaction. */
const sweepBatchSize = 100

/** Matches an id whose first upload is not complete. Its end compares nothing with a file that is switched meanwhile. */
function isBeingUploaded(id: ImageId) {
  return sql<boolean>`EXISTS (SELECT 1 FROM tokens WHERE image_id = ${id} AND used = 1 AND uploaded_at IS NULL
    AND claimed_at + coalesce(claim_lease, interval '3 minutes') > now())`
}

/** Matches a claim whose process was killed. */
const isOver = sql<boolean>`claimed_at + claim_lease < now()`

function ofClaim(token: string, id: ImageId) {
  return sql<boolean>`id = ${token} AND image_id = ${id} AND claimed_at IS NOT NULL`
}

function toInterval(ms: number) {
  return sql<string>`make_interval(secs => ${ms / 1000})`
}

/** Stores replacement tokens in the table `replacements`. The caller owns the database, whose clock is the only one used. */
export function createPostgresReplacements(db: Database, options: UnlinkOptions): Replacements {
  /** Runs a statement. Returns true if it has changed or found a row. */
  async function has(query: RawBuilder<unknown>): Promise<boolean> {
    const { rows } = await translateErrors(query.execute(db))
    return rows.length > 0
  }

  async function issue(id: ImageId, valid = validity) {
    const token = toReplacementToken(randomBytes(32).toString('base64url'))
    const isIssued = await has(sql`INSERT INTO replacements (id, image_id, valid_until)
      SELECT ${token}, ${id}, now() + ${valid} WHERE NOT ${isBeingUploaded(id)}
      ON CONFLICT (image_id) DO UPDATE SET id = excluded.id, valid_until = excluded.valid_until
        WHERE replacements.claimed_at IS NULL AND replacements.valid_until < now()
      RETURNING id`)
    if (isIssued) return token
    throw await explainPending(db, id)
  }

  async function claim(token: string, id: ImageId, leaseMs: number): Promise<boolean> {
    if (!isReplacementToken(token) || token.includes('\0')) return false
    return has(sql`UPDATE replacements SET claimed_at = now(), claim_lease = ${toInterval(leaseMs)}
      WHERE id = ${token} AND image_id = ${id} AND claimed_at IS NULL AND valid_until >= now()
        AND NOT ${isBeingUploaded(id)} RETURNING id`)
  }

  return {
    issue: (id) => issue(id),
    async take(id, leaseMs) {
      const token = await issue(id, validityForClaim)
      if (await claim(token, id, leaseMs)) return token
      throw await explainPending(db, id)
    },
    async isClaimable(token, id) {
      if (!isReplacementToken(token) || token.includes('\0')) return false
      return has(sql`SELECT 1 FROM replacements WHERE id = ${token} AND image_id = ${id}
        AND claimed_at IS NULL AND valid_until >= now()`)
    },
    claim,
    renew: (token, id, leaseMs) =>
      has(sql`UPDATE replacements SET claimed_at = now(), claim_lease = ${toInterval(leaseMs)}
        WHERE ${ofClaim(token, id)} AND claimed_at + claim_lease > now() RETURNING id`),
    complete: (token, id) =>
      translateErrors(db.transaction().execute((trx) => complete(trx, token, id, options))),
    async giveBack(token, id) {
      await has(sql`UPDATE replacements SET claimed_at = NULL, claim_lease = NULL,
        valid_until = greatest(valid_until, now() + interval '1 minute') WHERE ${ofClaim(token, id)}`)
    },
    async release(token, id) {
      await has(sql`DELETE FROM replacements WHERE ${ofClaim(token, id)}`)
    },
    async sweep(signal) {
      const expired = await has(sql`WITH expired AS (DELETE FROM replacements
        WHERE claimed_at IS NULL AND valid_until < now() RETURNING id) SELECT 1 FROM expired`)
      let swept = expired ? 1 : 0
      // Mostly there are none, and the fence keeps every recorder of links waiting.
      let isMore = await has(sql`SELECT 1 FROM replacements WHERE ${isOver} LIMIT 1`)
      while (isMore) {
        const ended = await translateErrors(
          db.transaction().execute((trx) => sweepBatch(trx, options)),
        )
        swept += ended
        isMore = ended === sweepBatchSize && signal?.aborted !== true
      }
      return swept
    },
  }
}

/**
 * Raises the epoch also if the claim was swept, since the file was switched afterwards. A deletion ended the claim, too, but the
 * file must not stay then.
 */
async function complete(
  trx: Transaction<Schema>,
  token: string,
  id: ImageId,
  options: UnlinkOptions,
): Promise<Epoch | undefined> {
  await lockFence(trx)
  await sql`DELETE FROM replacements WHERE ${ofClaim(token, id)}`.execute(trx)
  const gone = await sql`SELECT 1 FROM epochs WHERE id = ${id} AND is_gone`.execute(trx)
  return gone.rows.length > 0 ? undefined : unlinkReplaced(trx, [id], options)
}

/** Ends claims of killed processes. Each batch is committed by itself. */
async function sweepBatch(trx: Transaction<Schema>, options: UnlinkOptions): Promise<number> {
  await lockFence(trx)
  const { rows } = await sql<{ image_id: ImageId }>`DELETE FROM replacements WHERE id = any(array(
    SELECT id FROM replacements WHERE ${isOver} LIMIT ${sweepBatchSize}
    FOR UPDATE SKIP LOCKED)) RETURNING image_id`.execute(trx)
  const ids = rows.map(({ image_id }) => image_id)
  if (ids.length > 0) await unlinkReplaced(trx, ids, options)
  return rows.length
}

/** Explains why an id gets no token. */
async function explainPending(db: Database, id: ImageId): Promise<AppError> {
  const query = sql<{
    seconds: number
  }>`SELECT ceil(extract(epoch FROM max(ends_at) - now()))::int AS seconds FROM (
    SELECT coalesce(claimed_at + claim_lease, valid_until) AS ends_at FROM replacements WHERE image_id = ${id}
    UNION ALL SELECT claimed_at + claim_lease FROM tokens WHERE image_id = ${id} AND uploaded_at IS NULL) AS ends`
  const { rows } = await translateErrors(query.execute(db))
  return new AppError(
    'TOKEN_PENDING',
    'The id has an unused token or an upload in progress. Use that token, or request one later.',
    { retryAfterSeconds: Math.max(1, rows[0]?.seconds ?? 1) },
  )
}
