import { type Kysely, sql } from 'kysely'

/**
 * Creates the tables of the legacy iaas, or adopts existing ones of any of its versions. Only adds: the statements of
 * the legacy iaas keep working.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await makeImages(db)
  await makeTokens(db)
}

async function makeImages(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE TABLE IF NOT EXISTS images (
    id VARCHAR(255), x INT, y INT, fit VARCHAR(8), file_type VARCHAR(16), url TEXT,
    blur BOOLEAN DEFAULT 'f', rendered_at TIMESTAMPTZ DEFAULT NULL, quality INT NOT NULL DEFAULT -1)`.execute(
    db,
  )
  await sql`ALTER TABLE images
    ADD COLUMN IF NOT EXISTS blur BOOLEAN DEFAULT 'f',
    ADD COLUMN IF NOT EXISTS rendered_at TIMESTAMPTZ DEFAULT NULL,
    ADD COLUMN IF NOT EXISTS quality INT NOT NULL DEFAULT -1,
    ALTER COLUMN file_type TYPE VARCHAR(16),
    ALTER COLUMN url TYPE TEXT`.execute(db)
  // The index of older versions has fewer columns and would reject a second quality of the same variant.
  await sql`DROP INDEX IF EXISTS unique_image`.execute(db)
  await sql`CREATE UNIQUE INDEX unique_image ON images (id, x, y, fit, file_type, blur, quality)`.execute(
    db,
  )
  await sql`CREATE INDEX IF NOT EXISTS images_rendered_at ON images (rendered_at)`.execute(db)
}

async function makeTokens(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE TABLE IF NOT EXISTS tokens (
    id VARCHAR(255), image_id VARCHAR(255), valid_until TIMESTAMPTZ, used INT)`.execute(db)
  // The first versions stored the time as text.
  await sql`ALTER TABLE tokens
    ADD COLUMN IF NOT EXISTS uploaded_at TIMESTAMPTZ,
    ADD COLUMN IF NOT EXISTS claimed_at TIMESTAMPTZ,
    ALTER COLUMN valid_until TYPE TIMESTAMPTZ USING valid_until::timestamptz`.execute(db)
  await sql`CREATE UNIQUE INDEX IF NOT EXISTS unique_token ON tokens (id)`.execute(db)
  await sql`CREATE UNIQUE INDEX IF NOT EXISTS unique_image_request ON tokens (image_id)`.execute(db)
  await sql`CREATE INDEX IF NOT EXISTS token_date ON tokens (id, valid_until, used)`.execute(db)
}
