import { type Kysely, sql } from 'kysely'

/**
 * Finds the image of an object by the key of the object: links by the SHA-256 in their address, originals by the SHA-256 of
 * their id. The first 64 bits of a digest are enough for an index; whoever asks compares the rest.
 *
 * Building the indexes blocks writers but not readers: about 10 s for ten million links. They may have been built in advance.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE OR REPLACE FUNCTION iaas_digest_in(address text) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
      SELECT ('x' || substring(address from '/([0-9a-f]{16})[0-9a-f]{48}[-/][^/]+$'))::bit(64)::bigint $$`.execute(
    db,
  )
  await sql`CREATE OR REPLACE FUNCTION iaas_digest_of(id text) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
      SELECT ('x' || substring(encode(sha256(convert_to(id, 'UTF8')), 'hex') from 1 for 16))::bit(64)::bigint $$`.execute(
    db,
  )
  await dropUnfinished(db, 'images_object')
  await sql`CREATE INDEX IF NOT EXISTS images_object ON images (iaas_digest_in(url))`.execute(db)
  await dropUnfinished(db, 'tokens_image_digest')
  await sql`CREATE INDEX IF NOT EXISTS tokens_image_digest ON tokens (iaas_digest_of(image_id))`.execute(
    db,
  )
}

/** Drops the invalid index left by an interrupted CREATE INDEX CONCURRENTLY. */
async function dropUnfinished(db: Kysely<unknown>, index: string): Promise<void> {
  const { rows } = await sql`SELECT 1 FROM pg_index
    WHERE indexrelid = to_regclass(${index}) AND NOT indisvalid`.execute(db)
  if (rows.length > 0) await sql`DROP INDEX ${sql.table(index)}`.execute(db)
}
