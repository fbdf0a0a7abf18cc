import { type Transaction, sql } from 'kysely'
import type { ImageId } from '@iaas/common/image'
import type {
  DueOriginal,
  ListedOriginal,
  OriginalLedger,
} from '@iaas/common/ports/original-ledger'
import type { Database } from './database.ts'
import { listOriginals } from './original-list.ts'
import { type InfoRow, toInfo } from './original-row.ts'
import type { Schema } from './tables/schema.ts'
import { translateErrors } from './translate-errors.ts'

type DueRow = InfoRow & {
  readonly id: ImageId
  readonly mark: string
  readonly version: string | null
}

const dueColumns = sql.raw('id, mark::text AS mark, version, format, width, height')

/** Keeps the ledger in the table `originals`. The caller owns the database. */
export function createPostgresOriginalLedger(db: Database): OriginalLedger {
  return {
    async mark(id) {
      await translateErrors(sql`SELECT iaas_mark_original(${id})`.execute(db))
    },
    async findDue(id) {
      const query = sql<DueRow>`SELECT ${dueColumns} FROM originals
        WHERE id = ${id} AND due_at IS NOT NULL`
      const { rows } = await translateErrors(query.execute(db))
      return rows[0] && toDue(rows[0])
    },
    async takeDue(limit) {
      const query = sql<DueRow>`UPDATE originals SET due_at = now() + interval '30 seconds'
        WHERE id = any(array(SELECT id FROM originals WHERE due_at <= now() ORDER BY due_at
          LIMIT ${limit} FOR UPDATE SKIP LOCKED)) RETURNING ${dueColumns}`
      const { rows } = await translateErrors(query.execute(db))
      return rows.map(toDue)
    },
    settle: (due, original) =>
      translateErrors(
        db.transaction().execute(async (trx) => {
          const isSettled = original !== undefined && (await record(trx, due, original))
          if (!isSettled) await recordAbsence(trx, due, original === undefined)
        }),
      ),
    takeOver: (limit) => translateErrors(db.transaction().execute((trx) => takeOver(trx, limit))),
    list: (query) => listOriginals(db, query),
  }
}

function toDue(row: DueRow): DueOriginal {
  const { id, mark, version } = row
  return { id, mark, recorded: version === null ? undefined : { version, info: toInfo(row) } }
}

/** Matches an original whose deletion is recorded. Its file is removed a little later. */
const isGone = sql`EXISTS (SELECT FROM epochs WHERE epochs.id = originals.id AND is_gone)`

async function record(
  trx: Transaction<Schema>,
  { id, mark }: DueOriginal,
  { version, size, modifiedAt, info }: ListedOriginal,
): Promise<boolean> {
  const { numAffectedRows = 0n } = await sql`UPDATE originals SET due_at = NULL, deleted_at = NULL,
      version = ${version}, bytes = ${size}::bigint, uploaded_at = ${modifiedAt},
      format = ${info?.format ?? null}, width = ${info?.size.width ?? null}::int,
      height = ${info?.size.height ?? null}::int
    WHERE id = ${id} AND mark = ${mark}::bigint AND NOT ${isGone}`.execute(trx)
  return numAffectedRows > 0n
}

/** Keeps the row of an original that was once recorded. */
async function recordAbsence(
  trx: Transaction<Schema>,
  { id, mark }: DueOriginal,
  isMissing: boolean,
): Promise<void> {
  const which = sql`id = ${id} AND mark = ${mark}::bigint AND (${isMissing}::boolean OR ${isGone})`
  await sql`UPDATE originals SET due_at = NULL, deleted_at = coalesce(deleted_at, now()),
    tags = '{}', metadata = '{}' WHERE ${which} AND version IS NOT NULL`.execute(trx)
  await sql`DELETE FROM originals WHERE ${which} AND version IS NULL`.execute(trx)
}

/** Reads the ids from the tokens, which have a row for each upload, also of the legacy iaas. */
async function takeOver(trx: Transaction<Schema>, limit: number): Promise<number> {
  const { rows } = await sql<{ position: string }>`SELECT position FROM backfills
    WHERE name = 'originals' AND finished_at IS NULL AND pg_try_advisory_xact_lock(1767989619, 2)
      AND (SELECT count(*) FROM (SELECT FROM originals WHERE due_at <= now() LIMIT ${limit}) AS due) < ${limit}`.execute(
    trx,
  )
  const position = rows[0]?.position
  if (position === undefined) return 0
  const page = await sql<{ count: number; last: string | null }>`WITH page AS (
      SELECT image_id FROM tokens WHERE used = 1 AND image_id > ${position}
      ORDER BY image_id LIMIT ${limit}),
    marked AS (INSERT INTO originals (id, due_at) SELECT image_id, now() FROM page
      ON CONFLICT DO NOTHING)
    SELECT count(*)::int AS count, max(image_id) AS last FROM page`.execute(trx)
  const { count = 0, last = null } = page.rows[0] ?? {}
  await sql`UPDATE backfills SET position = coalesce(${last}, position),
    finished_at = CASE WHEN ${count < limit}::boolean THEN now() END WHERE name = 'originals'`.execute(
    trx,
  )
  return count
}
