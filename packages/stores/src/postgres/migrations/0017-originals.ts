import { type Kysely, sql } from 'kysely'

/**
 * Adds the ledger of originals. Triggers mark its rows as due in the transaction of each change, whichever build makes it; the
 * api settles them from the store of originals. A deletion is recorded at once.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await makeTable(db)
  await makeMark(db)
  await markUploads(db)
  await markRaises(db)
}

async function makeTable(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE SEQUENCE IF NOT EXISTS original_marks`.execute(db)
  await sql`CREATE TABLE IF NOT EXISTS originals (id text COLLATE "C" PRIMARY KEY,
    mark bigint NOT NULL DEFAULT nextval('original_marks'), due_at timestamptz,
    version text, bytes bigint, format text, width int, height int,
    tags text[] NOT NULL DEFAULT '{}', metadata jsonb NOT NULL DEFAULT '{}',
    uploaded_at timestamptz, deleted_at timestamptz)`.execute(db)
  const present = sql`WHERE version IS NOT NULL AND deleted_at IS NULL`
  await sql`CREATE INDEX IF NOT EXISTS originals_due ON originals (due_at) WHERE due_at IS NOT NULL`.execute(
    db,
  )
  await sql`CREATE INDEX IF NOT EXISTS originals_by_id ON originals (id) ${present}`.execute(db)
  await sql`CREATE INDEX IF NOT EXISTS originals_by_time ON originals (uploaded_at, id) ${present}`.execute(
    db,
  )
  await sql`CREATE INDEX IF NOT EXISTS originals_by_bytes ON originals (bytes, id) ${present}`.execute(
    db,
  )
  await sql`CREATE INDEX IF NOT EXISTS originals_by_format ON originals (format, uploaded_at, id) ${present}`.execute(
    db,
  )
  await sql`CREATE INDEX IF NOT EXISTS originals_by_tag ON originals USING gin (tags) ${present}`.execute(
    db,
  )
  await sql`CREATE TABLE IF NOT EXISTS backfills (name text PRIMARY KEY, position text NOT NULL DEFAULT '',
    finished_at timestamptz)`.execute(db)
  await sql`INSERT INTO backfills (name) VALUES ('originals') ON CONFLICT DO NOTHING`.execute(db)
}

/** Leaves the process that made the change five seconds to settle the row itself. */
async function makeMark(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE OR REPLACE FUNCTION iaas_mark_original(original text) RETURNS void LANGUAGE sql AS $$
    INSERT INTO originals (id, due_at) VALUES (original, now() + interval '5 seconds')
    ON CONFLICT (id) DO UPDATE SET mark = excluded.mark, due_at = excluded.due_at $$`.execute(db)
}

/** The end of a claim whose process was killed deletes the token, but may leave a file. */
async function markUploads(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE OR REPLACE FUNCTION iaas_mark_upload() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM iaas_mark_original(coalesce(NEW.image_id, OLD.image_id));
      RETURN NULL;
    END $$`.execute(db)
  await sql`DROP TRIGGER IF EXISTS iaas_mark_upload ON tokens`.execute(db)
  await sql`CREATE TRIGGER iaas_mark_upload AFTER UPDATE OF uploaded_at ON tokens
    FOR EACH ROW WHEN (NEW.uploaded_at IS NOT NULL AND OLD.uploaded_at IS NULL)
    EXECUTE FUNCTION iaas_mark_upload()`.execute(db)
  await sql`DROP TRIGGER IF EXISTS iaas_mark_lost ON tokens`.execute(db)
  await sql`CREATE TRIGGER iaas_mark_lost AFTER DELETE ON tokens
    FOR EACH ROW WHEN (OLD.claimed_at IS NOT NULL) EXECUTE FUNCTION iaas_mark_upload()`.execute(db)
}

/** Replacements, restored versions and deletions raise the epoch of their original. The empty id is the global epoch. */
async function markRaises(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE OR REPLACE FUNCTION iaas_mark_raise() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NEW.is_gone THEN
        UPDATE originals SET mark = nextval('original_marks'), due_at = NULL, tags = '{}', metadata = '{}',
          deleted_at = coalesce(deleted_at, now()) WHERE id = NEW.id;
      ELSE
        PERFORM iaas_mark_original(NEW.id);
      END IF;
      RETURN NULL;
    END $$`.execute(db)
  await sql`DROP TRIGGER IF EXISTS iaas_mark_raise ON epochs`.execute(db)
  await sql`CREATE TRIGGER iaas_mark_raise AFTER INSERT OR UPDATE ON epochs
    FOR EACH ROW WHEN (NEW.id <> '') EXECUTE FUNCTION iaas_mark_raise()`.execute(db)
}
