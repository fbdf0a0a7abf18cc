import { type Kysely, sql } from 'kysely'

/** Lets every claim have a lease of its own: a large upload may take longer than a small one. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`ALTER TABLE tokens ADD COLUMN IF NOT EXISTS claim_lease interval`.execute(db)
}
