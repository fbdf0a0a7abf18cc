import { type Transaction, sql } from 'kysely'
import type { Epoch, RaiseOptions, RaisedOriginals } from '@iaas/common/ports/epochs'
import { isOfImages } from './compact-link.ts'
import type { Schema } from './tables/schema.ts'

/** Id of the row with the global epoch. No image has it. */
export const globalId = ''

/**
 * Waits until every transaction that records a link or completes an upload has ended, and keeps others out until this
 * one ends. Must come before anything else in its transaction: two transactions that share the lock and both want it
 * alone would wait for each other.
 */
export async function lockFence(trx: Transaction<Schema>): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(1767989619, 0)`.execute(trx)
}

/**
 * Raises epochs within a transaction, so that other changes take effect with them, such as the completion of the token
 * that replaces an original. Completing it must come between `lockFence` and this.
 *
 * @returns the highest of the new epochs
 */
export async function raiseEpochs(
  trx: Transaction<Schema>,
  originals: RaisedOriginals,
  { gone, unlink = false }: RaiseOptions = {},
): Promise<Epoch> {
  await lockFence(trx)
  const ids = originals === 'all' ? [globalId] : [...new Set<string>(originals)]
  const isGone = originals === 'all' ? undefined : gone
  const { rows } = await sql<{ epoch: number }>`
    WITH raised AS (
      INSERT INTO epochs (id, epoch, is_gone)
      SELECT id, nextval('epoch_numbers'), ${isGone ?? false}::boolean FROM unnest(${ids}::text[]) AS id
      ON CONFLICT (id) DO UPDATE SET epoch = excluded.epoch, raised_at = excluded.raised_at,
        is_gone = coalesce(${isGone ?? null}::boolean, epochs.is_gone)
      RETURNING epoch)
    SELECT coalesce(max(epoch), 0)::float8 AS epoch FROM raised`.execute(trx)
  if (isGone !== undefined) {
    // A token that replaces the deleted original must not replace the next one of its id.
    await trx
      .deleteFrom('replacements')
      .where('image_id', '=', sql<string>`any(${ids}::text[])`)
      .execute()
  }
  if (unlink && originals !== 'all') {
    await trx
      .deleteFrom('images')
      .where('id', '=', sql<string>`any(${ids}::text[])`)
      .execute()
    await sql`DELETE FROM links WHERE ${isOfImages(ids)}`.execute(trx)
  }
  return rows[0]?.epoch ?? 0
}
