import { type Kysely, sql } from 'kysely'

/**
 * Lets the unique index answer a lookup alone: it carries the address. It keeps its name and its columns, which is what
 * the statements of older versions go by.
 *
 * Building it keeps writers waiting, never readers. It may have been built before, under the name `unique_image_with_url`.
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

/** A lookup still visits the rows that were added since the last vacuum: by itself one comes after a fifth is new. */
async function keepPagesVisible(db: Kysely<unknown>): Promise<void> {
  await sql`ALTER TABLE images SET (autovacuum_vacuum_insert_scale_factor = 0.01)`.execute(db)
}

/** An entry of an index holds 2,704 bytes; one row beyond would fail all of it, so such a table keeps its index. */
async function hasLongAddress(db: Kysely<unknown>): Promise<boolean> {
  const { rows } = await sql`SELECT 1 FROM images
    WHERE octet_length(url) + coalesce(octet_length(id), 0) > 2500 LIMIT 1`.execute(db)
  return rows.length > 0
}

/** What a CREATE INDEX CONCURRENTLY that was given up has left behind. */
async function dropUnfinishedIndex(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql`SELECT 1 FROM pg_index
    WHERE indexrelid = to_regclass('unique_image_with_url') AND NOT indisvalid`.execute(db)
  if (rows.length > 0) await sql`DROP INDEX unique_image_with_url`.execute(db)
}
