import { type Kysely, sql } from 'kysely'

/** Adds the images whose objects a purge removes: it lists what is left of each, twice. Rows go with the end of the purge. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE TABLE IF NOT EXISTS purged_images (
    purge text NOT NULL, image text NOT NULL, PRIMARY KEY (purge, image))`.execute(db)
  // A purge takes its objects image by image.
  await sql`CREATE INDEX IF NOT EXISTS unlinked_objects_in_order ON unlinked_objects (purge, image, key)`.execute(
    db,
  )
  await sql`DROP INDEX IF EXISTS unlinked_objects_of`.execute(db)
}
