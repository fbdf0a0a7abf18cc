import { type RawBuilder, type Transaction, sql } from 'kysely'
import type { Cdn } from '@iaas/common/ports/cdn'
import type { Epoch } from '@iaas/common/ports/epochs'
import type { Purge } from '@iaas/common/ports/purges'
import { deleteLinks } from '../delete-links.ts'
import { lockFence, raiseEpochs } from '../raise-epochs.ts'
import type { Schema } from '../tables/schema.ts'
import { noteUnlinked } from '../unlinked-objects.ts'
import { isSelected } from './purge-predicate.ts'
import { addCounts } from './purge-row.ts'

/**
 * Removes links and notes their objects, which would be lost if the process ended before they are removed. Waits for those
 * that record links, so that two never wait for the rows of each other. Returns the number of links.
 */
export async function unlinkVariants(
  trx: Transaction<Schema>,
  purge: Purge,
  ids: readonly string[],
  cdn: Pick<Cdn, 'keyOf'>,
): Promise<number> {
  await lockFence(trx)
  const epoch = 'ids' in purge.selector ? await raise(trx, purge, ids) : undefined
  const { count, objects } = await deleteLinks(trx, ids, isSelected(purge), cdn)
  const isNow = purge.options.now === true
  if ('ids' in purge.selector) await claimUnlinked(trx, purge)
  await noteUnlinked(trx, objects, purge.id, isNow ? 0 : purge.options.keep_seconds)
  const counted = {
    links: count,
    objects_elsewhere: count - objects.length,
    objects_later: isNow ? 0 : objects.length,
  }
  await sql`UPDATE purges SET ${addCounts(counted)}, epoch = greatest(epoch, ${epoch ?? null}::bigint)
    WHERE id = ${purge.id}`.execute(trx)
  return count
}

function raise(trx: Transaction<Schema>, purge: Purge, ids: readonly string[]): Promise<Epoch> {
  const gone = purge.options.delete === true ? { gone: true } : {}
  return raiseEpochs(trx, ids as Parameters<typeof raiseEpochs>[1], gone)
}

/** Takes over what earlier purges of these images have left for later, if this one removes objects at once. */
export async function claimUnlinked(
  trx: Transaction<Schema>,
  { id, selector, options }: Purge,
): Promise<void> {
  const which = options.now === true ? ofImages(selector) : undefined
  if (which === undefined) return
  await sql`UPDATE unlinked_objects SET purge = ${id}, due_at = now() WHERE ${which}`.execute(trx)
}

/** Returns undefined for a selector that names no images. */
function ofImages(selector: Purge['selector']): RawBuilder<boolean> | undefined {
  if ('ids' in selector) return sql`image = any(${selector.ids}::text[])`
  if ('prefix' in selector) return sql`starts_with(image, ${selector.prefix})`
  return 'everything' in selector ? sql`true` : undefined
}
