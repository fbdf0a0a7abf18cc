import { type Kysely, sql } from 'kysely'

/** Adds the calls of the management API that have an idempotency key. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE TABLE IF NOT EXISTS repeatable_calls (
    caller text, key text, fingerprint text NOT NULL, attempt text NOT NULL, begun_at timestamptz NOT NULL,
    answer jsonb, PRIMARY KEY (caller, key))`.execute(db)
}
