import { type Kysely, sql } from 'kysely'

/** Class of the advisory lock of the fence: "iaas" in ASCII. Raises hold it alone, whoever records a link shares it. */
const fence = sql.raw('1767989619, 0')

/**
 * Adds the epochs of originals and fences the tables with them: rows of a lower epoch are not written, whichever build
 * writes them. Earlier builds write none, which is epoch 0.
 *
 * Only the catalogue of `images` and `tokens` changes; no row is rewritten.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await makeEpochs(db)
  await fenceLinks(db)
  await fenceUploads(db)
  await makeApiProcesses(db)
}

async function makeEpochs(db: Kysely<unknown>): Promise<void> {
  // The row with the empty id is the global epoch.
  await sql`CREATE TABLE IF NOT EXISTS epochs (id text PRIMARY KEY, epoch bigint NOT NULL,
    is_gone boolean NOT NULL DEFAULT false, raised_at timestamptz NOT NULL DEFAULT now())`.execute(
    db,
  )
  await sql`CREATE SEQUENCE IF NOT EXISTS epoch_numbers`.execute(db)
  await sql`CREATE INDEX IF NOT EXISTS epochs_in_order ON epochs (epoch)`.execute(db)
  await sql`CREATE OR REPLACE FUNCTION iaas_tell_raise() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM pg_notify('iaas_epochs', '');
      RETURN NULL;
    END $$`.execute(db)
  await sql`DROP TRIGGER IF EXISTS iaas_raise ON epochs`.execute(db)
  await sql`CREATE TRIGGER iaas_raise AFTER INSERT OR UPDATE ON epochs
    FOR EACH STATEMENT EXECUTE FUNCTION iaas_tell_raise()`.execute(db)
}

async function fenceLinks(db: Kysely<unknown>): Promise<void> {
  await sql`ALTER TABLE images ADD COLUMN IF NOT EXISTS epoch bigint`.execute(db)
  // Volatile: the query sees what was committed while the lock was waited for. An upsert runs it as well; an operator's UPDATE
  // of addresses does not, and changes every row.
  await sql`CREATE OR REPLACE FUNCTION iaas_fence_link() RETURNS trigger LANGUAGE plpgsql VOLATILE AS $$
    BEGIN
      PERFORM pg_advisory_xact_lock_shared(${fence});
      IF (SELECT epoch FROM epochs WHERE id = '') > coalesce(NEW.epoch, 0)
        OR (SELECT is_gone OR epoch > coalesce(NEW.epoch, 0) FROM epochs WHERE id = NEW.id)
        THEN RETURN NULL;
      END IF;
      RETURN NEW;
    END $$`.execute(db)
  await sql`DROP TRIGGER IF EXISTS iaas_fence ON images`.execute(db)
  await sql`CREATE TRIGGER iaas_fence BEFORE INSERT ON images
    FOR EACH ROW EXECUTE FUNCTION iaas_fence_link()`.execute(db)
}

/**
 * Notes the epoch of an original when its token is claimed, and completes no upload whose original was raised since. The
 * global epoch is not compared: it concerns variants, not originals.
 */
async function fenceUploads(db: Kysely<unknown>): Promise<void> {
  await sql`ALTER TABLE tokens ADD COLUMN IF NOT EXISTS claim_epoch bigint`.execute(db)
  await sql`CREATE OR REPLACE FUNCTION iaas_fence_upload() RETURNS trigger LANGUAGE plpgsql VOLATILE AS $$
    DECLARE present bigint;
    BEGIN
      PERFORM pg_advisory_xact_lock_shared(${fence});
      present := coalesce((SELECT epoch FROM epochs WHERE id = NEW.image_id), 0);
      IF NEW.claimed_at IS DISTINCT FROM OLD.claimed_at THEN
        NEW.claim_epoch := CASE WHEN NEW.claimed_at IS NULL THEN NULL ELSE present END;
      ELSIF NEW.uploaded_at IS NOT NULL AND OLD.uploaded_at IS NULL AND OLD.claim_epoch < present THEN
        RETURN NULL;
      END IF;
      RETURN NEW;
    END $$`.execute(db)
  await sql`DROP TRIGGER IF EXISTS iaas_fence ON tokens`.execute(db)
  await sql`CREATE TRIGGER iaas_fence BEFORE UPDATE OF claimed_at, uploaded_at ON tokens
    FOR EACH ROW EXECUTE FUNCTION iaas_fence_upload()`.execute(db)
}

async function makeApiProcesses(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE TABLE IF NOT EXISTS api_processes (id text PRIMARY KEY, started_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL, acked_epoch bigint NOT NULL)`.execute(db)
}
