import { sql } from 'kysely'
import type { CollectionCounts, CollectionWork } from '@iaas/common/ports/collections'
import type { Database } from '../database.ts'
import { translateErrors } from '../translate-errors.ts'
import { withoutLink } from '../without-link.ts'
import { type CollectionRow, collectionColumns, toCollection } from './collection-row.ts'

/** Time after which another process takes over from one that was killed. Longer than a listing may take. */
const lease = sql`interval '2 minutes'`
const mostForeignKeys = 20

/** Works on the collection that runs. The caller owns the database. */
export function createPostgresCollectionWork(db: Database): CollectionWork {
  return {
    async claim(worker) {
      const query = sql<CollectionRow>`UPDATE collections SET worker = ${worker}, claimed_until = now() + ${lease}
        WHERE finished_at IS NULL AND (worker = ${worker} OR claimed_until IS NULL OR claimed_until < now())
        RETURNING ${collectionColumns}`
      const { rows } = await translateErrors(query.execute(db))
      return rows[0] && toCollection(rows[0])
    },
    async judge({ id, keepSeconds, isDryRun, position }, worker, { own, foreign, next }) {
      const keys = own.map(({ key }) => key)
      const times = own.map(({ modifiedAt }) => modifiedAt.toISOString())
      const isLast = next === undefined
      const query = sql<CollectionCounts>`
        WITH running AS (SELECT id FROM collections WHERE id = ${id} AND finished_at IS NULL
          AND worker = ${worker} AND position = ${position} FOR UPDATE),
        judged AS (
          SELECT unlinked.key, modified_at < now() - make_interval(secs => ${keepSeconds}) AS is_old,
            EXISTS (SELECT FROM unlinked_objects AS noted WHERE noted.key = unlinked.key) AS is_noted
          FROM running, (${withoutLink(keys)}) AS unlinked
            JOIN unnest(${keys}::text[], ${times}::timestamptz[]) AS object (key, modified_at) USING (key)),
        noted AS (INSERT INTO unlinked_objects (key, image, purge, due_at)
          SELECT key, '', '', now() FROM judged WHERE is_old AND NOT is_noted AND NOT ${isDryRun}::boolean
          ON CONFLICT DO NOTHING),
        counted AS (SELECT ${own.length + foreign.length}::int AS objects, ${foreign.length}::int AS "foreign",
          ${own.length} - count(*)::int AS linked,
          (count(*) FILTER (WHERE NOT is_old AND NOT is_noted))::int AS young,
          (count(*) FILTER (WHERE is_noted))::int AS remembered,
          (count(*) FILTER (WHERE is_old AND NOT is_noted))::int AS garbage FROM judged)
        UPDATE collections SET position = ${next ?? position}, claimed_until = now() + ${lease},
          objects = collections.objects + counted.objects, "foreign" = collections."foreign" + counted."foreign",
          linked = collections.linked + counted.linked, young = collections.young + counted.young,
          remembered = collections.remembered + counted.remembered, garbage = collections.garbage + counted.garbage,
          foreign_keys = (foreign_keys || ${[...foreign]}::text[])[1:${sql.raw(`${mostForeignKeys}`)}],
          state = CASE WHEN ${isLast}::boolean THEN 'finished' ELSE state END,
          finished_at = CASE WHEN ${isLast}::boolean THEN now() END
        FROM counted, running WHERE collections.id = running.id RETURNING counted.*`
      const { rows } = await translateErrors(query.execute(db))
      return rows[0]
    },
  }
}
