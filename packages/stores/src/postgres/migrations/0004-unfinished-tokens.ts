import { type Kysely, sql } from 'kysely'

/**
 * Lets the sweep find what is unfinished without the rows of all uploads there ever were, which stay.
 *
 * Building it keeps tokens from being written meanwhile: seconds, for millions of originals. It may have been built before.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await dropUnfinishedIndex(db)
  await sql`CREATE INDEX IF NOT EXISTS unfinished_tokens ON tokens (valid_until)
    WHERE uploaded_at IS NULL AND (used = 0 OR claimed_at IS NOT NULL)`.execute(db)
}

/** What a CREATE INDEX CONCURRENTLY that was given up has left behind. */
async function dropUnfinishedIndex(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql`SELECT 1 FROM pg_index
    WHERE indexrelid = to_regclass('unfinished_tokens') AND NOT indisvalid`.execute(db)
  if (rows.length > 0) await sql`DROP INDEX unfinished_tokens`.execute(db)
}
