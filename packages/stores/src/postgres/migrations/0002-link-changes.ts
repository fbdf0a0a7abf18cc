import { type Kysely, sql } from 'kysely'

/**
 * Notifies every api of links that are removed or replaced by any client, so that cached links do not outlive their
 * row.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE OR REPLACE FUNCTION iaas_tell_link_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM pg_notify('iaas_links', json_build_object('id', OLD.id, 'x', OLD.x, 'y', OLD.y, 'fit', OLD.fit,
        'file_type', OLD.file_type, 'blur', OLD.blur, 'quality', OLD.quality)::text);
      RETURN NULL;
    END $$`.execute(db)
  await sql`DROP TRIGGER IF EXISTS iaas_link_change ON images`.execute(db)
  await sql`CREATE TRIGGER iaas_link_change AFTER DELETE OR UPDATE OF url ON images
    FOR EACH ROW EXECUTE FUNCTION iaas_tell_link_change()`.execute(db)
}
