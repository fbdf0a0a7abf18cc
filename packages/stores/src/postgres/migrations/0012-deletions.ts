import { type Kysely, sql } from 'kysely'

/** Adds the log of deletions. Another one lies beside the originals: each repeats what a backup of the other has lost. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE TABLE IF NOT EXISTS deletions (
    id text PRIMARY KEY, versions text[] NOT NULL, is_freed boolean NOT NULL,
    deleted_at timestamptz NOT NULL)`.execute(db)
}
