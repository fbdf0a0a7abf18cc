import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { Collections } from '@iaas/common/ports/collections'
import type { Database } from '../database.ts'
import { translateErrors } from '../translate-errors.ts'
import { type CollectionRow, collectionColumns, toCollection } from './collection-row.ts'

const mostListed = 20

/** Keeps collections in the table `collections`. The caller owns the database. */
export function createPostgresCollections(db: Database): Collections {
  return {
    async start({ who, isDryRun, keepSeconds }) {
      const id = randomBytes(12).toString('base64url')
      await translateErrors(
        sql`INSERT INTO collections (id, who, is_dry_run, state, keep_seconds)
          VALUES (${id}, ${who}, ${isDryRun}, 'running', ${keepSeconds}) ON CONFLICT DO NOTHING`.execute(
          db,
        ),
      )
      const query = sql<CollectionRow>`SELECT ${collectionColumns} FROM collections
        WHERE id = ${id} OR finished_at IS NULL ORDER BY created_at DESC LIMIT 1`
      const { rows } = await translateErrors(query.execute(db))
      // The other one may have ended between the statements.
      return rows[0] === undefined
        ? this.start({ who, isDryRun, keepSeconds })
        : toCollection(rows[0])
    },
    async list() {
      const query = sql<CollectionRow>`SELECT ${collectionColumns} FROM collections
        ORDER BY created_at DESC LIMIT ${mostListed}`
      const { rows } = await translateErrors(query.execute(db))
      return rows.map(toCollection)
    },
    async cancel() {
      const query = sql<CollectionRow>`UPDATE collections SET state = 'cancelled', finished_at = now()
        WHERE finished_at IS NULL RETURNING ${collectionColumns}`
      const { rows } = await translateErrors(query.execute(db))
      return rows[0] && toCollection(rows[0])
    },
  }
}
