import { randomBytes } from 'node:crypto'
import { type Transaction, sql } from 'kysely'
import { AppError } from '@iaas/common/errors'
import type { Purge, PurgeId, PurgeOrder, Purges } from '@iaas/common/ports/purges'
import type { Database } from '../database.ts'
import type { Schema } from '../tables/schema.ts'
import { translateErrors } from '../translate-errors.ts'
import { toExpansion } from './purge-predicate.ts'
import { type PurgeRow, purgeColumns, toPurge } from './purge-row.ts'

/** Most purges that are not finished. */
export const maxUnfinished = 1000

/** Keeps purges in the table `purges`. The caller owns the database. */
export function createPostgresPurges(db: Database): Purges {
  return {
    async create({ who, selector, options, expansions }) {
      const id = randomBytes(12).toString('base64url') as PurgeId
      const variants = expansions && JSON.stringify(expansions.map(toExpansion))
      const query = sql<PurgeRow>`
        INSERT INTO purges (id, who, selector, options, expansions, state, phase)
        SELECT ${id}, ${who}, ${JSON.stringify(selector)}::jsonb, ${JSON.stringify(options)}::jsonb,
          ${variants ?? null}::jsonb, 'running', ${firstPhase({ selector, options })}
        WHERE (SELECT count(*) FROM purges
          WHERE finished_at IS NULL AND state <> 'failed' AND phase <> 'settle') < ${maxUnfinished}
        RETURNING ${purgeColumns}`
      const { rows } = await translateErrors(query.execute(db))
      if (rows[0] === undefined) {
        throw new AppError('STORE_BUSY', `${maxUnfinished} purges are not finished yet.`)
      }
      return { purge: toPurge(rows[0]), order: { purge: id, run: 1 } }
    },
    find: (id) => findPurge(db, id),
    async change(id, state) {
      const changed = db.transaction().execute(async (trx) => {
        // A CDN that has failed is tried again.
        const query = sql<PurgeRow>`WITH again AS (UPDATE cdn_purges SET state = 'pending', tries = 0, retry_at = NULL
            WHERE purge = ${id} AND cdn_purges.state = 'failed' AND ${state}::text = 'running')
          UPDATE purges SET state = ${state}, touched_at = now(),
            finished_at = CASE WHEN ${state}::text = 'cancelled' THEN now() END
          WHERE id = ${id} AND finished_at IS NULL RETURNING ${purgeColumns}`
        const { rows } = await query.execute(trx)
        const purge = rows[0] && toPurge(rows[0])
        if (purge?.state === 'cancelled') await leaveForLater(trx, purge)
        return purge
      })
      return translateErrors(changed)
    },
    order: (id) => orderPurge(db, id),
  }
}

/** Leaves what a cancelled purge has not removed to the clients that remember redirects to it, as a purge without `now` does. */
async function leaveForLater(trx: Transaction<Schema>, { id, options }: Purge): Promise<void> {
  await sql`DELETE FROM purged_images WHERE purge = ${id}`.execute(trx)
  await sql`UPDATE unlinked_objects SET purge = '',
      due_at = greatest(due_at, now() + make_interval(secs => ${options.keep_seconds}))
    WHERE purge = ${id}`.execute(trx)
}

/** Work that began before is kept out first: by the ids in the same transaction as their links, or all of it before. */
function firstPhase({ selector, options }: Pick<Purge, 'selector' | 'options'>) {
  if (options.dry_run === true) return 'count'
  return 'ids' in selector ? 'unlink' : 'fence'
}

export async function findPurge(db: Database, id: PurgeId): Promise<Purge | undefined> {
  const query = sql<PurgeRow>`SELECT ${purgeColumns} FROM purges WHERE id = ${id}`
  const { rows } = await translateErrors(query.execute(db))
  return rows[0] && toPurge(rows[0])
}

export async function orderPurge(db: Database, id: PurgeId): Promise<PurgeOrder> {
  const query = sql<{ run: number }>`UPDATE purges SET runs = runs + 1, touched_at = now()
    WHERE id = ${id} RETURNING runs AS run`
  const { rows } = await translateErrors(query.execute(db))
  return { purge: id, run: rows[0]?.run ?? 1 }
}
