import { type Kysely, sql } from 'kysely'

/**
 * Adds an index of unfinished tokens, so that the sweep does not read the rows of all completed uploads, which are
 * kept.
 *
 * Building it blocks writes of tokens: seconds for millions of originals. It may have been built in advance.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await dropUnfinishedIndex(db)
  await sql`CREATE INDEX IF NOT EXISTS unfinished_tokens ON tokens (valid_until)
    WHERE uploaded_at IS NULL AND (used = 0 OR claimed_at IS NOT NULL)`.execute(db)
}

/** Drops the invalid index left by an interrupted CREATE INDEX CONCURRENTLY. */
async function dropUnfinishedIndex(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql`SELECT 1 FROM pg_index
    WHERE indexrelid = to_regclass('unfinished_tokens') AND NOT indisvalid`.execute(db)
  if (rows.length > 0) await sql`DROP INDEX unfinished_tokens`.execute(db)
}
