import { type Kysely, sql } from 'kysely'

/**
 * Lets `fit` hold options that have no column of their own (`crop?name=value`). Rows, index and statements of earlier
 * releases stay as they are: the type changes in the catalogue alone.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`ALTER TABLE images ALTER COLUMN fit TYPE text`.execute(db)
}
