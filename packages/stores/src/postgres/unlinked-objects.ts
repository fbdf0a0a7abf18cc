import { type Transaction, sql } from 'kysely'
import type { ObjectKey } from '@iaas/common/digest'
import type { Schema } from './tables/schema.ts'

/** Object that no link leads to any more. */
export type UnlinkedObject = { readonly id: string; readonly key: ObjectKey }

/**
 * Notes objects without a link, which the uploaders remove once they are due. An object that is noted already keeps the
 * earlier time.
 *
 * @param purge id of the purge that counts their removal; empty for none
 * @param keepSeconds time for which clients may remember redirects to them, s
 */
export async function noteUnlinked(
  trx: Transaction<Schema>,
  objects: readonly UnlinkedObject[],
  purge: string,
  keepSeconds: number,
): Promise<void> {
  if (objects.length === 0) return
  const keys = objects.map(({ key }) => key)
  const images = objects.map(({ id }) => id)
  await sql`INSERT INTO unlinked_objects (key, image, purge, due_at)
    SELECT key, image, ${purge}, now() + make_interval(secs => ${keepSeconds})
    FROM unnest(${keys}::text[], ${images}::text[]) AS unlinked (key, image)
    ON CONFLICT (key) DO UPDATE SET purge = coalesce(nullif(excluded.purge, ''), unlinked_objects.purge),
      due_at = least(unlinked_objects.due_at, excluded.due_at)`.execute(trx)
}
