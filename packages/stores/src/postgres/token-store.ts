import { randomBytes } from 'node:crypto'
import { type ExpressionBuilder, sql } from 'kysely'
import type { ImageId } from '@iaas/common/image'
import type { Token, TokenStore } from '@iaas/common/ports/token-store'
import type { Database } from './database.ts'
import { explainRefusal } from './explain-refusal.ts'
import type { Schema } from './tables/schema.ts'
import { translateErrors } from './translate-errors.ts'

const now = sql<Date>`now()`
const validUntil = sql<Date>`now() + interval '15 minutes'`
/** Time between issuing a token and claiming it in `take`; then the id of a killed process is free. */
const validForClaim = sql<Date>`now() + interval '1 minute'`
const validForRetry = sql<Date>`greatest(valid_until, now() + interval '1 minute')`

/** Batch size that keeps each statement far below its timeout. */
const sweepBatchSize = 1000

/** Matches tokens of this service and of the legacy iaas. Anything else needs no query. */
const tokenPattern = /^[\w.~+/=-]{1,255}$/

/** Matches a token that can be claimed. */
function isLive(token: string, id: ImageId) {
  return (eb: ExpressionBuilder<Schema, 'tokens'>) =>
    eb.and([
      eb('id', '=', token as Token),
      eb('image_id', '=', id),
      eb('used', '=', 0),
      eb('valid_until', '>=', now),
    ])
}

/** Matches a claimed token whose upload is incomplete. */
function isClaimed(token: string, id: ImageId) {
  return (eb: ExpressionBuilder<Schema, 'tokens'>) =>
    eb('id', '=', token as Token)
      .and('image_id', '=', id)
      .and('claimed_at', 'is not', null)
      .and('uploaded_at', 'is', null)
}

/** Stores tokens in the table `tokens`. The caller owns the database, whose clock is the only one used. */
export function createPostgresTokenStore(db: Database): TokenStore {
  async function issue(id: ImageId, valid_until = validUntil): Promise<Token> {
    const token = randomBytes(32).toString('base64url') as Token
    const query = db
      .insertInto('tokens')
      .values({ id: token, image_id: id, valid_until, used: 0 } as never)
      .onConflict((conflict) =>
        conflict
          .column('image_id')
          .doUpdateSet({ id: token, valid_until } as never)
          .where('tokens.used', '=', 0)
          .where('tokens.valid_until', '<', now),
      )
      .returning('id')
    const row = await translateErrors(query.executeTakeFirst())
    if (row === undefined) throw await explainRefusal(db, id)
    return token
  }

  async function claim(token: string, id: ImageId, leaseMs: number): Promise<boolean> {
    if (!tokenPattern.test(token)) return false
    const query = db
      .updateTable('tokens')
      .set({ used: 1, claimed_at: now, claim_lease: toInterval(leaseMs) } as never)
      .where(isLive(token, id))
      .returning('id')
    return (await translateErrors(query.executeTakeFirst())) !== undefined
  }

  return {
    issue: (id) => issue(id),
    async take(id, leaseMs) {
      // Two statements: the fence notes the epoch of an original when its row is claimed.
      const token = await issue(id, validForClaim)
      if (await claim(token, id, leaseMs)) return token
      throw await explainRefusal(db, id)
    },
    async isClaimable(token, id) {
      if (!tokenPattern.test(token)) return false
      const query = db.selectFrom('tokens').select('id').where(isLive(token, id))
      return (await translateErrors(query.executeTakeFirst())) !== undefined
    },
    claim,
    async complete(token, id) {
      const query = db
        .updateTable('tokens')
        .set({ uploaded_at: now } as never)
        .where('id', '=', token)
        .where('image_id', '=', id)
        .where('used', '=', 1)
        .where('claimed_at', 'is not', null)
        .returning('id')
      return (await translateErrors(query.executeTakeFirst())) !== undefined
    },
    async giveBack(token, id) {
      const query = db
        .updateTable('tokens')
        .set({ used: 0, claimed_at: null, valid_until: validForRetry } as never)
        .where(isClaimed(token, id))
      await translateErrors(query.execute())
    },
    async release(token, id) {
      const query = db.deleteFrom('tokens').where(isClaimed(token, id))
      await translateErrors(query.execute())
    },
    async sweep(usualLeaseMs, signal) {
      let swept = 0
      for (let isMore = true; isMore;) {
        const deleted = await sweepBatch(db, usualLeaseMs)
        swept += deleted
        isMore = deleted === sweepBatchSize && signal?.aborted !== true
      }
      return swept
    },
  }
}

function toInterval(ms: number) {
  return sql<string>`make_interval(secs => ${ms / 1000})`
}

/** Deletes one batch, the longest expired first. Each batch is committed by itself. */
async function sweepBatch(db: Database, usualLeaseMs: number): Promise<number> {
  const lease = sql<Date>`now() - coalesce(claim_lease, ${toInterval(usualLeaseMs)})`
  const batch = db
    .selectFrom('tokens')
    .select('id')
    // Matches the partial index `unfinished_tokens`. A used token without a claim belongs to the legacy iaas: its
    // upload may have been completed without a record.
    .where('uploaded_at', 'is', null)
    .where((eb) => eb.or([eb('used', '=', eb.lit(0)), eb('claimed_at', 'is not', null)]))
    .where((eb) =>
      eb.or([
        eb('used', '=', 0).and('valid_until', '<', now),
        eb('used', '=', 1).and('claimed_at', '<', lease),
      ]),
    )
    .orderBy('valid_until')
    .limit(sweepBatchSize)
    .forUpdate()
    // Another api is sweeping the locked rows.
    .skipLocked()
  // An array is evaluated once. PostgreSQL may evaluate a subquery of IN again and delete rows that it did not lock.
  const query = db.deleteFrom('tokens').where('id', '=', sql<Token>`any(array(${batch}))`)
  const { numDeletedRows } = await translateErrors(query.executeTakeFirstOrThrow())
  return Number(numDeletedRows)
}
