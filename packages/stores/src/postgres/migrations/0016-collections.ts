import { type Kysely, sql } from 'kysely'

/** Adds the passes of the garbage collector. At most one is not finished. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE TABLE IF NOT EXISTS collections (
    id text PRIMARY KEY, who text NOT NULL, is_dry_run boolean NOT NULL, state text NOT NULL, keep_seconds int NOT NULL,
    position text NOT NULL DEFAULT '', objects bigint NOT NULL DEFAULT 0, "foreign" bigint NOT NULL DEFAULT 0,
    linked bigint NOT NULL DEFAULT 0, young bigint NOT NULL DEFAULT 0, remembered bigint NOT NULL DEFAULT 0,
    garbage bigint NOT NULL DEFAULT 0, foreign_keys text[] NOT NULL DEFAULT '{}', worker text,
    claimed_until timestamptz, created_at timestamptz NOT NULL DEFAULT now(), finished_at timestamptz)`.execute(
    db,
  )
  await sql`CREATE UNIQUE INDEX IF NOT EXISTS one_collection ON collections ((true)) WHERE finished_at IS NULL`.execute(
    db,
  )
}
