import { type Kysely, sql } from 'kysely'

/**
 * Adds the address to the unique index, so that a lookup reads only the index. Keeps its name and its columns, which
 * the statements of older versions depend on.
 *
 * Building it blocks writers but not readers. It may have been built in advance under the name `unique_image_with_url`.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await keepPagesVisible(db)
  if (await hasLongAddress(db)) return
  await dropUnfinishedIndex(db)
  await sql`CREATE UNIQUE INDEX IF NOT EXISTS unique_image_with_url
    ON images (id, x, y, fit, file_type, blur, quality) INCLUDE (url)`.execute(db)
  await sql`DROP INDEX IF EXISTS unique_image`.execute(db)
  await sql`ALTER INDEX unique_image_with_url RENAME TO unique_image`.execute(db)
}

/**
 * Vacuums more often: a lookup also visits the rows added since the last vacuum, which by default runs after a fifth of
 * the table is new.
 */
async function keepPagesVisible(db: Kysely<unknown>): Promise<void> {
  await sql`ALTER TABLE images SET (autovacuum_vacuum_insert_scale_factor = 0.01)`.execute(db)
}

/**
 * Returns true if a row would exceed the 2,704 bytes of an index entry. Building the index would fail, so such a table
 * keeps its old index.
 */
async function hasLongAddress(db: Kysely<unknown>): Promise<boolean> {
  const { rows } = await sql`SELECT 1 FROM images
    WHERE octet_length(url) + coalesce(octet_length(id), 0) > 2500 LIMIT 1`.execute(db)
  return rows.length > 0
}

/** Drops the invalid index left by an interrupted CREATE INDEX CONCURRENTLY. */
async function dropUnfinishedIndex(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql`SELECT 1 FROM pg_index
    WHERE indexrelid = to_regclass('unique_image_with_url') AND NOT indisvalid`.execute(db)
  if (rows.length > 0) await sql`DROP INDEX unique_image_with_url`.execute(db)
}
