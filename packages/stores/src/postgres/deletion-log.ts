import { sql } from 'kysely'
import type { ImageId } from '@iaas/common/image'
import type { DeletionLog } from '@iaas/common/ports/deletion-log'
import type { Database } from './database.ts'
import { translateErrors } from './translate-errors.ts'

const pageSize = 1000

type Row = {
  readonly id: ImageId
  readonly versions: readonly string[]
  readonly is_freed: boolean
  readonly deleted_at: Date
}

/** Keeps the log of deletions in the table `deletions`. The caller owns the database. */
export function createPostgresDeletionLog(db: Database): DeletionLog {
  return {
    async add({ id, versions, isFreed, deletedAt }) {
      const query = sql`INSERT INTO deletions AS known (id, versions, is_freed, deleted_at)
        VALUES (${id}, array(SELECT DISTINCT unnest(${versions}::text[]) ORDER BY 1), ${isFreed}, ${deletedAt})
        ON CONFLICT (id) DO UPDATE SET
          versions = array(SELECT DISTINCT unnest(known.versions || excluded.versions) ORDER BY 1),
          is_freed = CASE WHEN known.deleted_at > excluded.deleted_at THEN known.is_freed ELSE excluded.is_freed END,
          deleted_at = greatest(known.deleted_at, excluded.deleted_at)`
      await translateErrors(query.execute(db))
    },
    async *list() {
      let rows: readonly Row[] = []
      do {
        const after = rows.at(-1)?.id ?? ''
        const query = sql<Row>`SELECT id, versions, is_freed, deleted_at FROM deletions
          WHERE id > ${after} ORDER BY id LIMIT ${pageSize}`
        ;({ rows } = await translateErrors(query.execute(db)))
        for (const { id, versions, is_freed: isFreed, deleted_at: deletedAt } of rows)
          yield { id, versions, isFreed, deletedAt }
      } while (rows.length === pageSize)
    },
  }
}
