import { type Transaction, sql } from 'kysely'
import { toLink } from '@iaas/common/cdn'
import type { ImageId } from '@iaas/common/image'
import type { Cdn } from '@iaas/common/ports/cdn'
import type { Epoch } from '@iaas/common/ports/epochs'
import { raiseEpochs } from './raise-epochs.ts'
import type { Schema } from './tables/schema.ts'

export type UnlinkOptions = {
  readonly cdn: Pick<Cdn, 'keyOf'>
  /** Time for which the objects of a replaced version stay, since clients remember redirects to them, s. */
  readonly keepSeconds: number
}

/**
 * Raises the epochs of replaced originals and deletes their links. The uploaders remove the objects later; they belong to no
 * purge. Returns the highest of the new epochs.
 */
export async function unlinkReplaced(
  trx: Transaction<Schema>,
  ids: readonly ImageId[],
  { cdn, keepSeconds }: UnlinkOptions,
): Promise<Epoch> {
  const epoch = await raiseEpochs(trx, ids)
  const { rows } = await sql<{ id: string; url: string }>`DELETE FROM images
    WHERE id = any(${ids}::text[]) RETURNING id, url`.execute(trx)
  const objects = rows.flatMap(({ id, url }) => {
    const { key } = toLink(url, cdn)
    return key === undefined ? [] : [{ id, key }]
  })
  const images = objects.map(({ id }) => id)
  const keys = objects.map(({ key }) => key)
  await sql`INSERT INTO unlinked_objects (key, image, purge, due_at)
    SELECT key, image, '', now() + make_interval(secs => ${keepSeconds})
    FROM unnest(${keys}::text[], ${images}::text[]) AS unlinked (key, image)
    ON CONFLICT (key) DO NOTHING`.execute(trx)
  return epoch
}
