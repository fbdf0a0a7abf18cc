import { type RawBuilder, type Transaction, sql } from 'kysely'
import type {
  CdnNote,
  CdnProgress,
  CdnPurgeId,
  CdnTarget,
  CdnWork,
} from '@iaas/common/ports/cdn-work'
import type { Database } from './database.ts'
import type { Schema } from './tables/schema.ts'
import { translateErrors } from './translate-errors.ts'

/** Most invalidations that a receipt names for each CDN. */
const maxNamed = 20

/** The part of a receipt that is about CDNs, as a column of a purge. */
export const cdnsColumn = `coalesce((SELECT jsonb_agg(jsonb_build_object('name', cdn,
  'state', cdn_purges.state, 'sent', sent, 'invalidations', invalidations, 'tries', tries, 'failure', failure,
  'retry_at', to_char(retry_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
  'rest_ms', greatest(0, extract(epoch FROM retry_at - now()) * 1000)) ORDER BY cdn)
  FROM cdn_purges WHERE cdn_purges.purge = purges.id), '[]') AS cdns`

const succeeded = sql`tries = 0, failure = NULL, retry_at = NULL`

/** Keeps the work at CDNs in the database. The caller owns it. */
export function createPostgresCdnWork(db: Database): CdnWork {
  const inTransaction = (work: (trx: Transaction<Schema>) => Promise<void>) =>
    translateErrors(db.transaction().execute(work))

  async function update(
    purge: CdnPurgeId,
    cdn: string,
    changes: RawBuilder<unknown>,
  ): Promise<void> {
    const query = sql`UPDATE cdn_purges SET ${changes} WHERE purge = ${purge} AND cdn = ${cdn}`
    await translateErrors(query.execute(db))
  }

  return {
    note: (purge, notes) =>
      inTransaction(async (trx) => {
        for (const note of notes) await noteTargets(trx, purge, note)
      }),
    widen: (purge, most) =>
      inTransaction(async (trx) => {
        const { rows } = await sql<{
          cdn: string
        }>`SELECT cdn FROM cdn_targets WHERE purge = ${purge}
          GROUP BY cdn HAVING count(*) > ${most}`.execute(trx)
        for (const { cdn } of rows) {
          await sql`DELETE FROM cdn_targets WHERE purge = ${purge} AND cdn = ${cdn}`.execute(trx)
          await noteTargets(trx, purge, { cdn, targets: [{ kind: 'everything', value: '' }] })
        }
      }),
    async progress(purge) {
      const query = sql<{
        cdns: readonly CdnProgress[]
      }>`SELECT ${sql.raw(cdnsColumn)} FROM (SELECT ${purge} AS id) AS purges`
      const { rows } = await translateErrors(query.execute(db))
      return rows[0]?.cdns ?? []
    },
    async unsent(purge, cdn, limit) {
      const query = sql<CdnTarget>`SELECT kind, value FROM cdn_targets
        WHERE purge = ${purge} AND cdn = ${cdn} AND invalidation IS NULL ORDER BY kind, value LIMIT ${limit}`
      const { rows } = await translateErrors(query.execute(db))
      return rows
    },
    sent: (purge, { cdn, targets }, { id, isCompleted }) =>
      inTransaction(async (trx) => {
        const those = sql`purge = ${purge} AND cdn = ${cdn} AND (kind, value) IN (${listed(targets)})`
        await (
          isCompleted
            ? sql`DELETE FROM cdn_targets WHERE ${those}`
            : sql`UPDATE cdn_targets SET invalidation = ${id}, sent_at = now() WHERE ${those}`
        ).execute(trx)
        const named = JSON.stringify([{ id, state: isCompleted ? 'completed' : 'pending' }])
        await sql`UPDATE cdn_purges SET ${isCompleted ? succeeded : sql`retry_at = NULL`}, sent = sent + ${targets.length},
          invalidations = (SELECT coalesce(jsonb_agg(value ORDER BY ordinality), '[]') FROM (
            SELECT value, ordinality FROM jsonb_array_elements(invalidations || ${named}::jsonb) WITH ORDINALITY
            ORDER BY ordinality DESC LIMIT ${maxNamed}) AS last)
          WHERE purge = ${purge} AND cdn = ${cdn}`.execute(trx)
      }),
    async pending(purge, cdn) {
      const query = sql<{ id: string; ageMs: number }>`SELECT invalidation AS id,
          (extract(epoch FROM now() - min(sent_at)) * 1000)::float8 AS "ageMs"
        FROM cdn_targets WHERE purge = ${purge} AND cdn = ${cdn} AND invalidation IS NOT NULL GROUP BY invalidation`
      const { rows } = await translateErrors(query.execute(db))
      return rows
    },
    ended: (purge, cdn, id, as) =>
      inTransaction(async (trx) => {
        const those = sql`purge = ${purge} AND cdn = ${cdn} AND invalidation = ${id}`
        await (
          as === 'completed'
            ? sql`DELETE FROM cdn_targets WHERE ${those}`
            : sql`UPDATE cdn_targets SET invalidation = NULL WHERE ${those}`
        ).execute(trx)
        await sql`UPDATE cdn_purges SET ${as === 'completed' ? succeeded : sql`retry_at = NULL`}, invalidations = (SELECT jsonb_agg(CASE WHEN value ->> 'id' = ${id}
            THEN jsonb_set(value, '{state}', to_jsonb(${as}::text)) ELSE value END ORDER BY ordinality)
            FROM jsonb_array_elements(invalidations) WITH ORDINALITY)
          WHERE purge = ${purge} AND cdn = ${cdn}`.execute(trx)
      }),
    failed: (purge, cdn, message, retryMs) =>
      update(
        purge,
        cdn,
        retryMs === undefined
          ? sql`tries = tries + 1, failure = ${message}, retry_at = NULL, state = 'failed'`
          : sql`tries = tries + 1, failure = ${message}, retry_at = now() + make_interval(secs => ${retryMs / 1000})`,
      ),
    completed: (purge, cdn) => update(purge, cdn, sql`state = 'completed', ${succeeded}`),
  }
}

async function noteTargets(trx: Transaction<Schema>, purge: CdnPurgeId, { cdn, targets }: CdnNote) {
  await sql`INSERT INTO cdn_purges (purge, cdn, state) VALUES (${purge}, ${cdn}, 'pending')
    ON CONFLICT (purge, cdn) DO UPDATE SET state = 'pending', tries = 0, retry_at = NULL`.execute(
    trx,
  )
  await sql`INSERT INTO cdn_targets (purge, cdn, kind, value) SELECT DISTINCT ${purge}, ${cdn}, kind, value FROM (${listed(targets)})
    AS noted (kind, value) ON CONFLICT (purge, cdn, kind, value) DO UPDATE SET invalidation = NULL`.execute(
    trx,
  )
}

function listed(targets: readonly CdnTarget[]): RawBuilder<unknown> {
  const kinds = targets.map(({ kind }) => kind)
  const values = targets.map(({ value }) => value)
  return sql`SELECT * FROM unnest(${kinds}::text[], ${values}::text[])`
}
