import { type Kysely, sql } from 'kysely'

/**
 * Lets the sweep find what is unfinished without the rows of all uploads there ever were, which stay.
 *
 * Building it keeps tokens from being written meanwhile: seconds, for millions of originals.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE INDEX IF NOT EXISTS unfinished_tokens ON tokens (valid_until)
    WHERE uploaded_at IS NULL AND (used = 0 OR claimed_at IS NOT NULL)`.execute(db)
}
