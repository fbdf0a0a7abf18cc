import { type Kysely, sql } from 'kysely'

/** Adds a lease to each claim: a large upload may take longer than a small one. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`ALTER TABLE tokens ADD COLUMN IF NOT EXISTS claim_lease interval`.execute(db)
}
