import { type Kysely, sql } from 'kysely'

/** Adds the purges, whose rows are their receipts, and the objects that they have unlinked. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE TABLE IF NOT EXISTS purges (
    id text PRIMARY KEY, who text NOT NULL, selector jsonb NOT NULL, options jsonb NOT NULL, expansions jsonb,
    state text NOT NULL, phase text NOT NULL, cursor text NOT NULL DEFAULT '', below bigint, epoch bigint,
    images bigint NOT NULL DEFAULT 0, links bigint NOT NULL DEFAULT 0, objects bigint NOT NULL DEFAULT 0,
    objects_later bigint NOT NULL DEFAULT 0, objects_elsewhere bigint NOT NULL DEFAULT 0,
    spool bigint NOT NULL DEFAULT 0, jobs bigint NOT NULL DEFAULT 0, originals bigint NOT NULL DEFAULT 0,
    waiting_for text[] NOT NULL DEFAULT '{}', failures jsonb NOT NULL DEFAULT '[]', runs int NOT NULL DEFAULT 1,
    rests_until timestamptz, touched_at timestamptz NOT NULL DEFAULT now(),
    created_at timestamptz NOT NULL DEFAULT now(), started_at timestamptz, effective_at timestamptz,
    finished_at timestamptz)`.execute(db)
  await sql`CREATE INDEX IF NOT EXISTS unfinished_purges ON purges (touched_at) WHERE finished_at IS NULL`.execute(
    db,
  )
  await sql`CREATE TABLE IF NOT EXISTS unlinked_objects (
    key text PRIMARY KEY, image text NOT NULL, purge text NOT NULL, due_at timestamptz NOT NULL)`.execute(
    db,
  )
  await sql`CREATE INDEX IF NOT EXISTS unlinked_objects_due ON unlinked_objects (due_at)`.execute(
    db,
  )
  await sql`CREATE INDEX IF NOT EXISTS unlinked_objects_of ON unlinked_objects (purge)`.execute(db)
  await sql`CREATE INDEX IF NOT EXISTS unlinked_objects_image ON unlinked_objects (image)`.execute(
    db,
  )
}
