import { type Kysely, sql } from 'kysely'

/**
 * Adds the tokens that replace originals. They have a table of their own: `tokens` has one row for each id, which keeps the id
 * taken, and the previous build would take such a token for one of a new id.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE TABLE IF NOT EXISTS replacements (
    id text PRIMARY KEY, image_id text NOT NULL UNIQUE, valid_until timestamptz NOT NULL,
    claimed_at timestamptz, claim_lease interval)`.execute(db)
}
