import { type Kysely, sql } from 'kysely'

/** Adds the targets that CDNs have yet to drop, and the part of CDNs in receipts. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE TABLE IF NOT EXISTS cdn_purges (
    purge text NOT NULL, cdn text NOT NULL, state text NOT NULL, sent bigint NOT NULL DEFAULT 0,
    invalidations jsonb NOT NULL DEFAULT '[]', tries int NOT NULL DEFAULT 0, retry_at timestamptz, failure text,
    PRIMARY KEY (purge, cdn))`.execute(db)
  await sql`CREATE TABLE IF NOT EXISTS cdn_targets (
    purge text NOT NULL, cdn text NOT NULL, kind text NOT NULL, value text NOT NULL,
    invalidation text, sent_at timestamptz, PRIMARY KEY (purge, cdn, kind, value))`.execute(db)
}
