import { type Kysely, sql } from 'kysely'

/**
 * Adds the table of links in the short form. The builds before do not know it, so nothing is written there until
 * `links.compact` is set. The fence and the notifications cover it like `images`.
 *
 * Columns of a fixed width come first, which saves padding. `image` and `variant` are the first 64 bits of the SHA-256 of the id
 * and of the key of the variant; `file` is the last part of the key of the object, which names the variant in full.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE TABLE IF NOT EXISTS links (
    image bigint NOT NULL, variant bigint NOT NULL, rendered_at timestamptz NOT NULL, epoch bigint,
    id text NOT NULL, file text NOT NULL, PRIMARY KEY (image, variant))`.execute(db)
  await sql`DROP TRIGGER IF EXISTS iaas_fence ON links`.execute(db)
  await sql`CREATE TRIGGER iaas_fence BEFORE INSERT ON links
    FOR EACH ROW EXECUTE FUNCTION iaas_fence_link()`.execute(db)
  await sql`CREATE OR REPLACE FUNCTION iaas_tell_compact_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM pg_notify('iaas_links', json_build_object('id', OLD.id, 'file', OLD.file)::text);
      RETURN NULL;
    END $$`.execute(db)
  await sql`DROP TRIGGER IF EXISTS iaas_link_change ON links`.execute(db)
  await sql`CREATE TRIGGER iaas_link_change AFTER DELETE OR UPDATE OF file ON links
    FOR EACH ROW EXECUTE FUNCTION iaas_tell_compact_change()`.execute(db)
}
