import { sql } from 'kysely'
import type { Epochs } from '@iaas/common/ports/epochs'
import type { Database } from './database.ts'
import { globalId, raiseEpochs } from './raise-epochs.ts'
import { translateErrors } from './translate-errors.ts'

/** Time after which an api process that was not seen does not count, s. Its caches trust what it knows for less. */
export const processCountsSeconds = 30

/** Keeps epochs in the table `epochs`. The caller owns the database. */
export function createPostgresEpochs(db: Database): Epochs {
  return {
    raise: (originals, options) =>
      translateErrors(db.transaction().execute((trx) => raiseEpochs(trx, originals, options))),
    async of(id) {
      const query = sql<{ epoch: number; isGone: boolean }>`
        SELECT coalesce(max(epoch), 0)::float8 AS epoch, coalesce(bool_or(is_gone), false) AS "isGone"
        FROM epochs WHERE id IN (${id}, ${globalId})`
      const { rows } = await translateErrors(query.execute(db))
      return rows[0] ?? { epoch: 0, isGone: false }
    },
    async waitingFor(epoch) {
      const query = sql<{ id: string }>`SELECT id FROM api_processes WHERE acked_epoch < ${epoch}
        AND seen_at > now() - make_interval(secs => ${processCountsSeconds}) ORDER BY id`
      const { rows } = await translateErrors(query.execute(db))
      return rows.map(({ id }) => id)
    },
  }
}
