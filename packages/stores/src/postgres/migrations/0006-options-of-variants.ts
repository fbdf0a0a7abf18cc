import { type Kysely, sql } from 'kysely'

/**
 * Widens `fit` to hold options without a column (`crop?name=value`). Rows, index and statements of earlier releases are
 * unaffected: only the catalogue changes.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`ALTER TABLE images ALTER COLUMN fit TYPE text`.execute(db)
}
